"""The record of planted faults: exactly which rows break which rule, so that the checks can be judged later."""

from dataclasses import dataclass, field

import pyarrow as pa

from sources.synthetic.geography import HOUSES

FAULT_SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("entity", pa.string()),
        ("record_id", pa.string()),
        ("house", pa.string()),
        ("detail", pa.string()),
        ("implied_by", pa.string()),
    ]
)
"""One row per planted fault. `implied_by` names the fault that brings this one along (a CVR number that fails its
check digit is also not in the register); it is null for what was planted itself."""


@dataclass
class FaultLog:
    """Collects planted faults of one block."""

    kinds: list[str] = field(default_factory=list)
    entities: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    houses: list[str | None] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    implied: list[str | None] = field(default_factory=list)

    def add(
        self,
        kind: str,
        entity: str,
        records: list[str],
        houses: list[int] | None,
        detail: str | list[str],
        implied_by: str | None = None,
    ) -> None:
        """Records faults of one kind.

        Args:
            kind: Rule key, or the kind of dirt where no rule names it.
            entity: Entity of the offending rows.
            records: Keys of the offending rows.
            houses: Positions of the houses; None where a row belongs to none.
            detail: What is wrong, for all or for each.
            implied_by: The planted kind that brings this fault along.
        """
        count = len(records)
        self.kinds.extend([kind] * count)
        self.entities.extend([entity] * count)
        self.records.extend(records)
        self.houses.extend([None] * count if houses is None else [HOUSES[house] for house in houses])
        self.details.extend([detail] * count if isinstance(detail, str) else detail)
        self.implied.extend([implied_by] * count)

    def table(self) -> pa.Table:
        """The faults as a table in `FAULT_SCHEMA`."""
        columns = [self.kinds, self.entities, self.records, self.houses, self.details, self.implied]
        return pa.table([pa.array(column, pa.string()) for column in columns], schema=FAULT_SCHEMA)
