"""The nine domains of urban-management enforcement and the departments that are competent for each.

The domains are those of 上海市城市管理行政执法条例 §11. Which department is competent by default is our own
reading of them (`department_verified` is false); a pack may say otherwise. Departments are named by the
standing that the agency register gives them, so the same table serves every instance.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DOMAINS", "Domain"]


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain: its code, its names, the standings of the competent departments (none for 09: by table)."""

    code: str
    zh: str
    en: str
    departments: tuple[str, ...]
    source: str = "上海市城市管理行政执法条例 §11"
    verified: bool = True
    department_verified: bool = False


DOMAINS: dict[str, Domain] = {
    each.code: each
    for each in (
        Domain("01", "市容环境卫生", "City appearance and sanitation", ("greening",)),
        Domain(
            "02",
            "市政工程（非市管城市道路、桥梁）",
            "Municipal works (roads and bridges not under the city)",
            ("construction",),
        ),
        Domain("03", "绿化（除绿化建设外）", "Greening (except its construction)", ("greening",)),
        Domain("04", "水务（河道）", "Water affairs (rivers)", ("water",)),
        Domain(
            "05",
            "环境保护（不需仪器测试）",
            "Environment (what shows without instruments)",
            ("environment",),
        ),
        Domain(
            "06",
            "工商（占道无照、散发小广告）",
            "Market (unlicensed street vending, leaflets)",
            ("market",),
        ),
        Domain("07", "建设（无障碍设施）", "Construction (accessibility)", ("construction",)),
        Domain(
            "08",
            "城乡规划和物业（违法搭建、破坏外貌）",
            "Planning and property (illegal building, defaced facades)",
            ("planning", "housing"),
        ),
        Domain("09", "其他地方性法规规章", "Other local regulations and rules", ()),
    )
}
