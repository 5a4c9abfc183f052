"""For agencies' own programs: state facts, and hear what became of them.

    async with Publisher(url, token) as door:
        receipt = await door.publish(fact)

Whatever goes wrong is one of three exceptions: `Refused` (mend it), `TryLater`, `GiveUp`.
"""

from producers.sdk.publisher import Publisher
from producers.sdk.reactions import Failed, GiveUp, Refused, TryLater
from producers.sdk.receipt import Receipt
from producers.sdk.subscriber import Subscriber
from producers.sdk.wire import Options

__all__ = ["Failed", "GiveUp", "Options", "Publisher", "Receipt", "Refused", "Subscriber", "TryLater"]
