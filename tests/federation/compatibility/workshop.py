"""Three Strawberry subgraphs that use every directive: of instruments and who makes them."""

from typing import Any

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.schema_directive import Location

from schema.definition import SubgraphDefinition

ID = strawberry.ID


@strawberry.federation.schema_directive(
    locations=[Location.OBJECT],
    name="sheen",
    compose=True,
    import_url="https://tutti.example/sheen/v1.0",
)
class Sheen:
    """A directive of our own that the supergraph keeps."""

    coats: int


@strawberry.federation.type(shareable=True)
class Size:
    length: float
    weight: float
    unit: str = strawberry.federation.field(inaccessible=True)


@strawberry.type
class Variant:
    id: ID


@strawberry.type
class Case:
    number: ID
    note: str | None = None


@strawberry.federation.type(keys=["case { number }"])
class Study:
    case: Case
    outcome: str | None = None

    @classmethod
    def resolve_reference(cls, info: strawberry.Info, case: dict[str, Any]) -> "Study | None":
        return next((each for each in STUDIES if each.case.number == case["number"]), None)


@strawberry.federation.type(keys=["email"])
class Maker:
    email: ID
    built_count: int | None = strawberry.federation.field(external=True, default=None)
    years_active: int | None = strawberry.federation.field(external=True, default=None)
    name: str = strawberry.federation.field(override="makers", default="Ada Luthier")

    @strawberry.federation.field(requires=["builtCount", "yearsActive"])
    def built_per_year(self) -> int | None:
        if self.built_count is None or not self.years_active:
            return None
        return round(self.built_count / self.years_active)

    @classmethod
    def resolve_reference(
        cls,
        info: strawberry.Info,
        email: ID,
        builtCount: int | None = None,  # noqa: N803 -- as the requirement spells it
        yearsActive: int | None = None,  # noqa: N803
    ) -> "Maker":
        return cls(email=email, built_count=builtCount, years_active=yearsActive)


@strawberry.federation.type(keys=["serial brand"])
class RetiredInstrument:
    serial: str
    brand: str
    reason: str | None = None

    @classmethod
    def resolve_reference(
        cls, info: strawberry.Info, serial: str, brand: str
    ) -> "RetiredInstrument | None":
        return RETIRED if (serial, brand) == (RETIRED.serial, RETIRED.brand) else None


@strawberry.federation.type(
    keys=["id", "serial brand", "serial variant { id }"], directives=[Sheen(coats=3)]
)
class Instrument:
    id: ID
    serial: str | None
    brand: str | None
    variant: Variant | None
    size: Size | None
    notes: str | None = strawberry.federation.field(tags=["internal"], default=None)

    @strawberry.federation.field(provides=["builtCount"])
    def made_by(self) -> Maker | None:
        return Maker(email=ID("ada@tutti.example"), built_count=1_700)

    @strawberry.field
    def studies(self) -> list[Study]:
        return STUDIES

    @classmethod
    def resolve_reference(
        cls,
        info: strawberry.Info,
        id: ID | None = None,  # noqa: A002 -- as the key spells it
        serial: str | None = None,
        brand: str | None = None,
        variant: dict[str, Any] | None = None,
    ) -> "Instrument | None":
        for each in INSTRUMENTS:
            by_variant = variant is not None and each.variant == Variant(id=variant["id"])
            if each.id == id or (each.serial == serial and (each.brand == brand or by_variant)):
                return each
        return None


@strawberry.federation.interface_object(keys=["id"])
class Stock:
    id: ID

    @strawberry.field
    def retired(self) -> list[RetiredInstrument]:
        return [RETIRED]

    @classmethod
    def resolve_reference(cls, info: strawberry.Info, id: ID) -> "Stock":  # noqa: A002
        return cls(id=id)


@strawberry.type
class CatalogQuery:
    @strawberry.field
    def instrument(self, info: strawberry.Info, id: ID) -> Instrument | None:  # noqa: A002
        return Instrument.resolve_reference(info, id=id)

    @strawberry.field
    def retired_instrument(
        self, info: strawberry.Info, serial: str, brand: str
    ) -> RetiredInstrument | None:
        return RetiredInstrument.resolve_reference(info, serial, brand)


STUDIES = [Study(case=Case(number=ID("12"), note="Resonance")), Study(case=Case(number=ID("13")))]
RETIRED = RetiredInstrument(serial="lute-1", brand="old tutti", reason="Strings are no longer made")
INSTRUMENTS = [
    Instrument(
        id=ID("lute"),
        serial="lute-2",
        brand="tutti",
        variant=Variant(id=ID("alto")),
        size=Size(length=0.8, weight=1.5, unit="kg"),
    ),
    Instrument(
        id=ID("harp"), serial="harp-1", brand="", variant=Variant(id=ID("celtic")), size=None
    ),
]
CATALOG = strawberry.federation.Schema(CatalogQuery, types=[Stock])


@strawberry.federation.type(name="Maker", keys=["email"])
class KnownMaker:
    email: ID
    name: str | None = "A. Luthier (old)"
    built_count: int | None = strawberry.federation.field(shareable=True, default=1_600)
    years_active: int | None = 20

    @classmethod
    def resolve_reference(cls, info: strawberry.Info, email: ID) -> "KnownMaker":
        return cls(email=email)


@strawberry.type
class MakersQuery:
    @strawberry.field
    def maker(self, email: ID) -> KnownMaker | None:
        return KnownMaker(email=email)


MAKERS = strawberry.federation.Schema(MakersQuery)


@strawberry.federation.interface(name="Stock", keys=["id"])
class KnownStock:
    id: ID


@strawberry.federation.type(keys=["id"])
class Warehouse(KnownStock):
    id: ID
    city: str

    @classmethod
    def resolve_reference(cls, info: strawberry.Info, id: ID) -> "Warehouse | None":  # noqa: A002
        return next((each for each in WAREHOUSES if each.id == id), None)


@strawberry.federation.type(name="Instrument", directives=[Key(fields="id", resolvable=False)])
class InstrumentThere:
    id: ID


@strawberry.type
class StoreQuery:
    @strawberry.field
    def stock(self, info: strawberry.Info, id: ID) -> KnownStock | None:  # noqa: A002
        return Warehouse.resolve_reference(info, id)

    @strawberry.field
    def newest(self) -> InstrumentThere | None:
        return InstrumentThere(id=ID("lute"))


WAREHOUSES = [Warehouse(id=ID("w1"), city="Cremona")]
STORE = strawberry.federation.Schema(StoreQuery, types=[Warehouse])
SUBGRAPHS = tuple(
    SubgraphDefinition(name=name, schema=schema, records={})
    for name, schema in (("catalog", CATALOG), ("makers", MAKERS), ("store", STORE))
)
