"""What invented people write into four declarations: for every field the text on paper and the value it stands for.

The law asks sex, ethnic group, nationality and residence only of those who give no identity number, so these are
sometimes left empty. Old (three-level) addresses stand on what was registered before July 2025.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from printing import dates
from samples.people import SURNAMES, TODAY, TWO_LEVELS_SINCE, Commune, Person, communes, new_person

HOME_COMMUNE = "xã Nguyệt Ấn"
HOSPITALS = (
    "Bệnh viện Đa khoa khu vực Ngọc Lặc, xã Ngọc Lặc, tỉnh Thanh Hóa",
    "Bệnh viện Phụ sản Thanh Hóa, phường Hạc Thành, tỉnh Thanh Hóa",
    "Bệnh viện Đa khoa tỉnh Thanh Hóa, phường Hạc Thành, tỉnh Thanh Hóa",
    "Trạm y tế xã Nguyệt Ấn, tỉnh Thanh Hóa",
)
CAUSES = ("Tuổi già", "Bệnh già", "Bệnh hiểm nghèo", "Nhồi máu cơ tim", "Tai biến mạch máu não", "Tai nạn giao thông")
PURPOSES = (
    "Bổ sung hồ sơ vay vốn ngân hàng",
    "Làm thủ tục mua bán, chuyển nhượng quyền sử dụng đất",
    "Làm thủ tục nhận con nuôi",
    "Bổ sung hồ sơ đi lao động ở nước ngoài",
)
# No value ends with a full stop: on a dotted leader nobody could tell it from the leader.
NEVER_MARRIED = ("Hiện tại chưa đăng ký kết hôn với ai", "Chưa đăng ký kết hôn với ai")
LEAVES_EMPTY = 0.4  # how often a line is left empty where an identity number makes it needless


@dataclass(frozen=True)
class Entry:
    """``written`` has one text per slot of a date or time, else one; ``value`` is what it stands for."""

    written: tuple[str, ...]
    value: str


@dataclass(frozen=True)
class Case:
    """One declaration: what stands in it, who asks, when it was made. Keys that are absent were left empty."""

    form: str
    entries: Mapping[str, Entry]
    requester: Person
    made_on: date


class Hand:
    """One writer's habits, kept through the whole declaration."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.shouts_names = rng.random() < 0.5  # noqa: PLR2004 - half the people write names in capitals
        self.date_mark = rng.choices(("/", "-", "."), weights=(8, 1, 1))[0]
        self.short_zero = rng.random() < 0.15  # noqa: PLR2004 - few people write 5/3/2026
        self.entries: dict[str, Entry] = {}

    def text(self, key: str, text: str) -> None:
        self.entries[key] = Entry((text,), text)

    def name(self, key: str, name: str) -> None:
        self.text(key, name.upper() if self.shouts_names else name)

    def day(self, key: str, day: date) -> None:
        self.entries[key] = Entry((self.digits(day),), day.isoformat())

    def year(self, key: str, year: int) -> None:
        self.text(key, str(year))

    def parts(self, key: str, day: date) -> None:
        """Write a date into three slots."""
        self.entries[key] = Entry((f"{day.day:02}", f"{day.month:02}", f"{day.year}"), day.isoformat())

    def digits(self, day: date) -> str:
        parts = (str(day.day), str(day.month)) if self.short_zero else (f"{day.day:02}", f"{day.month:02}")
        return self.date_mark.join((*parts, str(day.year)))

    def paper(self, key: str, person: Person, *, is_short: bool = False) -> None:
        """Write a person's identity paper, and remember the number in it as a field of its own."""
        issued = self.digits(person.card_issued_on)
        card = "Căn cước" if person.card_issuer == "Bộ Công an" else "Căn cước công dân"
        short = (
            f"CCCD số {person.number} cấp ngày {issued}",
            f"Căn cước số {person.number} cấp ngày {issued}",
            f"Số định danh cá nhân {person.number}",
        )
        long = f"{card} số {person.number} do {person.card_issuer} cấp ngày {issued}"
        text = self.rng.choice(short) if is_short else self.rng.choices((long, short[2]), weights=(4, 1))[0]
        self.text(f"{key}.identity_paper", text)
        self.text(f"{key}.identity_number", person.number)

    def kind_of_person(self, key: str, person: Person) -> None:
        self.text(f"{key}.sex", person.sex)
        self.text(f"{key}.ethnicity", person.ethnicity)
        self.text(f"{key}.nationality", "Việt Nam")

    def origin(self, key: str, person: Person) -> None:
        """Write what the law asks only of those who give no number, or leave it empty."""
        if self.rng.random() > LEAVES_EMPTY:
            self.text(f"{key}.ethnicity", person.ethnicity)
            self.text(f"{key}.nationality", "Việt Nam")
            self.text(f"{key}.residence", person.residence)

    def requester(self, person: Person, relation: str) -> None:
        self.text("request.agency", f"Ủy ban nhân dân {HOME_COMMUNE}" + self.rng.choice(("", ", tỉnh Thanh Hóa")))
        self.name("requester.full_name", person.full_name)
        self.day("requester.birth_date", person.birth_date)
        if self.rng.random() > LEAVES_EMPTY:
            self.text("requester.residence", person.residence)
        self.paper("requester", person)
        self.text("requester.relation", relation)

    def made(self, latest: date) -> date:
        made_on = latest - timedelta(days=self.rng.randint(0, 3))
        self.text("made.place", HOME_COMMUNE if self.rng.random() < LEAVES_EMPTY else HOME_COMMUNE.removeprefix("xã "))
        self.parts("made.date", made_on)
        return made_on

    def copies(self) -> None:
        wanted = self.rng.random() < 0.7  # noqa: PLR2004 - most people want copies
        self.entries["request.copies_wanted"] = Entry(("X",), "yes" if wanted else "no")
        if wanted:
            self.text("request.copies", self.rng.choice(("01", "02", "03", "2", "3", "5")))


def birth(rng: Random, received_on: date) -> Case:
    hand = Hand(rng)
    home = home_of(rng)
    mother = new_person(rng, ages=(19, 40), sex="Nữ", commune=home)
    father = new_person(rng, ages=(21, 45), sex="Nam", ethnicity=rng.choice((mother.ethnicity, "Mường")))
    child = new_person(rng, ages=(0, 0), surname=father.full_name.split()[0], ethnicity=father.ethnicity, commune=home)
    born_on = received_on - timedelta(days=rng.randint(5, 50))
    grandparent = new_person(rng, ages=(48, 70), commune=home, ethnicity=father.ethnicity)
    requester, relation = rng.choice(
        ((mother, "Mẹ đẻ"), (father, "Cha đẻ"), (grandparent, "Bà nội" if grandparent.is_woman else "Ông nội"))
    )
    hand.requester(requester, relation)
    hand.name("subject.full_name", child.full_name)
    hand.day("subject.birth_date", born_on)
    words = dates.in_words(born_on.isoformat())
    hand.text("subject.birth_date_words", words if rng.random() < LEAVES_EMPTY else words.replace(",", ""))
    hand.kind_of_person("subject", child)
    hand.text("subject.birth_place", rng.choice(HOSPITALS))
    hand.text("subject.home_town", home.address)
    for key, parent in (("mother", mother), ("father", father)):
        hand.name(f"{key}.full_name", parent.full_name)
        hand.day(f"{key}.birth_date", parent.birth_date)
        hand.origin(key, parent)
        hand.paper(key, parent, is_short=True)
    if rng.random() > 0.25:  # noqa: PLR2004 - most parents are married
        married_on = born_on - timedelta(days=rng.randint(300, 2500))
        hand.text("marriage.number", str(rng.randint(3, 98)))
        hand.text("marriage.book", f"01/{married_on.year}")
        hand.parts("marriage.date", married_on)
        hand.text("marriage.place", f"UBND {address_of(home, married_on)}")
    made_on = hand.made(received_on)
    hand.copies()
    return Case("to-khai-dang-ky-khai-sinh", hand.entries, requester, made_on)


def death(rng: Random, received_on: date) -> Case:
    hand = Hand(rng)
    home = home_of(rng)
    dead = new_person(rng, ages=(66, 94), commune=home)
    child_surname = dead.full_name.split()[0] if not dead.is_woman else None
    requester = new_person(rng, ages=(30, 60), commune=home, surname=child_surname, ethnicity=dead.ethnicity)
    hand.requester(requester, rng.choice(("Con đẻ", "Con gái" if requester.is_woman else "Con trai")))
    hand.name("subject.full_name", dead.full_name)
    if rng.random() < LEAVES_EMPTY:
        hand.year("subject.birth_date", dead.birth_date.year)
    else:
        hand.day("subject.birth_date", dead.birth_date)
    if rng.random() > LEAVES_EMPTY:
        hand.kind_of_person("subject", dead)
    hand.text("subject.last_residence", dead.residence)
    hand.paper("subject", dead)
    died_on = received_on - timedelta(days=rng.randint(3, 13))
    hour, minute = rng.randint(0, 23), rng.choice((0, 5, 15, 20, 30, 40, 45, 50))
    hand.entries["death.time"] = Entry((f"{hour:02}", f"{minute:02}"), f"{hour:02}:{minute:02}")
    hand.parts("death.date", died_on)
    is_home = rng.random() > LEAVES_EMPTY
    hand.text("death.place", f"Tại nhà riêng, {dead.residence}" if is_home else rng.choice(HOSPITALS[:3]))
    hand.text("death.cause", rng.choice(CAUSES))
    hand.text("notice.number", f"{rng.randint(2, 80):02}/GBT")
    hand.text("notice.issuer", f"Trạm y tế {HOME_COMMUNE}" if is_home else "Bệnh viện Đa khoa tỉnh Thanh Hóa")
    hand.parts("notice.date", died_on + timedelta(days=rng.randint(0, 1)))
    made_on = hand.made(received_on)
    hand.copies()
    return Case("to-khai-dang-ky-khai-tu", hand.entries, requester, made_on)


def marital_status(rng: Random, received_on: date) -> Case:
    hand = Hand(rng)
    home = home_of(rng)
    person = new_person(rng, ages=(19, 45), commune=home)
    hand.requester(person, "Bản thân")
    hand.name("subject.full_name", person.full_name)
    hand.day("subject.birth_date", person.birth_date)
    if rng.random() > LEAVES_EMPTY:
        hand.kind_of_person("subject", person)
        hand.text("subject.residence", person.residence)
    hand.paper("subject", person)
    hand.text("marital_status", _status(rng, home, received_on))
    hand.text("purpose", _purpose(rng, person) if rng.random() > LEAVES_EMPTY else rng.choice(PURPOSES))
    made_on = hand.made(received_on)
    return Case("to-khai-xac-nhan-tinh-trang-hon-nhan", hand.entries, person, made_on)


def birth_copy(rng: Random, received_on: date) -> Case:
    hand = Hand(rng)
    home = home_of(rng)
    subject = new_person(rng, ages=(1, 35), commune=home)
    parent = new_person(rng, ages=(45, 60), commune=home, surname=subject.full_name.split()[0], sex="Nam")
    mother = new_person(rng, ages=(44, 58), commune=home, sex="Nữ")
    is_adult = subject.birth_date.year < TODAY.year - 18
    requester = subject if is_adult and rng.random() > LEAVES_EMPTY else rng.choice((parent, mother))
    relation = {id(subject): "Bản thân", id(parent): "Cha đẻ", id(mother): "Mẹ đẻ"}[id(requester)]
    hand.requester(requester, relation)
    hand.text("extract.kind", rng.choice(("Trích lục khai sinh", "Giấy khai sinh", "Trích lục khai sinh")))
    hand.name("subject.full_name", subject.full_name)
    hand.day("subject.birth_date", subject.birth_date)
    if rng.random() > LEAVES_EMPTY:
        hand.kind_of_person("subject", subject)
        hand.text("subject.residence", subject.residence)
    if is_adult:
        hand.paper("subject", subject)
    else:
        hand.text("subject.identity_paper", f"Số định danh cá nhân {subject.number}")
        hand.text("subject.identity_number", subject.number)
    registered_on = min(subject.birth_date + timedelta(days=rng.randint(5, 58)), received_on - timedelta(days=30))
    hand.text("registration.agency", f"Ủy ban nhân dân {address_of(home, registered_on)}")
    hand.parts("registration.date", registered_on)
    hand.text("registration.number", str(rng.randint(2, 240)))
    hand.text("registration.book", f"{rng.randint(1, 2):02}/{registered_on.year}")
    if rng.random() < LEAVES_EMPTY:
        hand.text("registration.other", f"Cha: {parent.full_name}; mẹ: {mother.full_name}")
    hand.text("request.copies", rng.choice(("01", "02", "03", "04", "2", "5")))
    made_on = hand.made(received_on)
    return Case("to-khai-cap-ban-sao-trich-luc", hand.entries, requester, made_on)


KINDS: Mapping[str, Callable[[Random, date], Case]] = {
    "birth": birth, "death": death, "marital-status": marital_status, "birth-copy": birth_copy,
}  # fmt: skip


def home_of(rng: Random) -> Commune:
    near: Sequence[Commune] = [c for c in communes() if c.commune == "Xã Nguyệt Ấn"]
    return rng.choice(near if rng.random() < 0.6 else communes())  # noqa: PLR2004 - the centre serves the whole province


def address_of(home: Commune, day: date) -> str:
    return home.address if day >= TWO_LEVELS_SINCE else home.old_address


def _status(rng: Random, home: Commune, received_on: date) -> str:
    if rng.random() > LEAVES_EMPTY:
        return rng.choice(NEVER_MARRIED)
    parted_on = received_on - timedelta(days=rng.randint(550, 3000))
    court = home.old_district[:1].lower() + home.old_district[1:]
    return (
        f"Đã đăng ký kết hôn, nhưng đã ly hôn theo Bản án ly hôn số {rng.randint(3, 90)}/{parted_on.year}/HNGĐ-ST ngày "
        f"{parted_on:%d/%m/%Y} của Tòa án nhân dân {court}; hiện tại chưa đăng ký kết hôn với ai"
    )


def _purpose(rng: Random, person: Person) -> str:
    other = new_person(rng, ages=(20, 40), sex="Nam" if person.is_woman else "Nữ", ethnicity=rng.choice(list(SURNAMES)))
    called = "bà" if other.is_woman else "ông"
    return (
        f"Để kết hôn với {called} {other.full_name}, sinh ngày {other.birth_date:%d/%m/%Y}, quốc tịch Việt Nam, "
        f"Căn cước số {other.number}, nơi cư trú: {other.residence}; nơi dự định đăng ký kết hôn: "
        f"Ủy ban nhân dân {HOME_COMMUNE}"
    )
