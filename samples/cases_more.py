"""What invented people write into the four declarations that came later: birth again, marriage, change, confirmation.

Kept beside ``samples/cases.py``, whose people and dice must stay what they are: the committed dossiers hang on them.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random

from printing import dates
from samples.cases import HOME_COMMUNE, HOSPITALS, LEAVES_EMPTY, Case, Hand, address_of, home_of
from samples.people import Person, new_person

CHANGES = (
    "cải chính năm sinh",
    "thay đổi chữ đệm",
    "bổ sung phần khai về năm sinh của người cha",
    "xác định lại dân tộc",
)
REASONS = (
    "Do sai sót khi ghi vào sổ đăng ký khai sinh, nay đề nghị ghi lại cho đúng với giấy chứng sinh",
    "Do người đi khai sinh khai nhầm, thông tin không khớp với căn cước và học bạ",
    "Theo nguyện vọng của gia đình, để thống nhất với giấy tờ của cha mẹ",
)
CHECKS = (
    "Xác nhận thông tin về việc khai sinh, gồm cả các lần cải chính, tính đến ngày nay",
    "Xác nhận thông tin về việc kết hôn đã đăng ký và việc cải chính năm sinh của người vợ",
    "Xác nhận thông tin khai sinh để bổ sung hồ sơ hưởng chế độ bảo hiểm xã hội",
)
WAYS = ("Trực tiếp", "Trực tuyến", "Qua đường bưu chính")
COUNTS = ("Lần thứ nhất", "Lần đầu", "Lần thứ hai", "01", "Thứ nhất")


def birth_again(rng: Random, received_on: date) -> Case:
    hand = Hand(rng)
    home = home_of(rng)
    subject = new_person(rng, ages=(21, 50), commune=home)
    years = timedelta(days=365 * rng.randint(22, 34))
    mother = new_person(rng, ages=(50, 80), sex="Nữ", commune=home, ethnicity=subject.ethnicity)
    father = new_person(rng, ages=(50, 82), sex="Nam", commune=home, surname=subject.full_name.split()[0])
    hand.requester(subject, "Bản thân")
    hand.name("subject.full_name", subject.full_name)
    hand.day("subject.birth_date", subject.birth_date)
    words = dates.in_words(subject.birth_date.isoformat())
    hand.text("subject.birth_date_words", words if rng.random() < LEAVES_EMPTY else words.replace(",", ""))
    hand.kind_of_person("subject", subject)
    hand.text("subject.birth_place", rng.choice((*HOSPITALS, home.old_address)))
    hand.text("subject.home_town", home.old_address if rng.random() < LEAVES_EMPTY else home.address)
    for key, parent in (("mother", mother), ("father", father)):
        hand.name(f"{key}.full_name", parent.full_name)
        if rng.random() < LEAVES_EMPTY:
            hand.year(f"{key}.birth_date", parent.birth_date.year)
        else:
            hand.day(f"{key}.birth_date", parent.birth_date)
        hand.origin(key, parent)
        hand.paper(key, parent, is_short=True)
    registered_on = min(subject.birth_date + timedelta(days=rng.randint(10, 300)), received_on - years / 3)
    hand.text("registration.agency", f"Ủy ban nhân dân {address_of(home, registered_on)}")
    if rng.random() > LEAVES_EMPTY:
        hand.text("registration.number", str(rng.randint(2, 240)))
        hand.text("registration.book", f"{rng.randint(1, 2):02}/{registered_on.year}")
        hand.parts("registration.date", registered_on)
    made_on = hand.made(received_on)
    hand.copies()
    return Case("to-khai-dang-ky-lai-khai-sinh", hand.entries, subject, made_on)


def marriage(rng: Random, received_on: date) -> Case:
    hand = Hand(rng)
    home = home_of(rng)
    bride = new_person(rng, ages=(19, 34), sex="Nữ", commune=home)
    groom = new_person(rng, ages=(21, 38), sex="Nam")
    hand.text("request.agency", f"Ủy ban nhân dân {HOME_COMMUNE}, tỉnh Thanh Hóa")
    for key, person in (("bride", bride), ("groom", groom)):
        _one_of_two(hand, key, person)
    made_on = hand.made(received_on)
    hand.copies()
    return Case("to-khai-dang-ky-ket-hon", hand.entries, bride, made_on)


def _one_of_two(hand: Hand, key: str, person: Person) -> None:
    hand.name(f"{key}.full_name", person.full_name)
    hand.day(f"{key}.birth_date", person.birth_date)
    hand.origin(key, person)
    hand.paper(key, person, is_short=hand.rng.random() < LEAVES_EMPTY)
    hand.text(f"{key}.marriage_count", hand.rng.choice(COUNTS))


def change(rng: Random, received_on: date) -> Case:
    hand = Hand(rng)
    home = home_of(rng)
    subject = new_person(rng, ages=(10, 45), commune=home)
    is_child = subject.birth_date.year > received_on.year - 18
    parent = new_person(rng, ages=(32, 60), commune=home, surname=subject.full_name.split()[0], sex="Nam")
    requester, relation = (parent, "Cha đẻ") if is_child else (subject, "Bản thân")
    hand.requester(requester, relation)
    kind = rng.choice(CHANGES)
    hand.text("change.kind", kind)
    hand.name("subject.full_name", subject.full_name)
    hand.day("subject.birth_date", subject.birth_date)
    if rng.random() > LEAVES_EMPTY:
        hand.kind_of_person("subject", subject)
        hand.text("subject.residence", subject.residence)
    hand.paper("subject", subject, is_short=is_child)
    registered_on = min(subject.birth_date + timedelta(days=rng.randint(5, 58)), received_on - timedelta(days=40))
    hand.text("registration.kind", "khai sinh")
    hand.text("registration.agency", f"Ủy ban nhân dân {address_of(home, registered_on)}")
    hand.parts("registration.date", registered_on)
    hand.text("registration.number", str(rng.randint(2, 240)))
    hand.text("registration.book", f"{rng.randint(1, 2):02}/{registered_on.year}")
    year = subject.birth_date.year
    hand.text("change.content", f"Được {kind} trong Giấy khai sinh đã cấp năm {year + 1} cho {subject.full_name}")
    hand.text("change.reason", rng.choice(REASONS))
    made_on = hand.made(received_on)
    hand.copies()
    if is_child and rng.random() > LEAVES_EMPTY:
        hand.text("parents.opinion", "Đồng ý với nội dung đề nghị trên")
        hand.text("subject.opinion", "Tôi đồng ý")
    return Case("to-khai-thay-doi-cai-chinh-ho-tich", hand.entries, requester, made_on)


def confirmation(rng: Random, received_on: date) -> Case:
    hand = Hand(rng)
    subject = new_person(rng, ages=(19, 66), commune=home_of(rng))
    helper = new_person(rng, ages=(22, 60))
    requester, relation = rng.choice(((subject, "Bản thân"), (helper, "Thực hiện theo ủy quyền"), (helper, "Con")))
    hand.text("request.agency", f"Ủy ban nhân dân {HOME_COMMUNE}")
    hand.name("requester.full_name", requester.full_name)
    if rng.random() < LEAVES_EMPTY:
        hand.text("requester.residence", requester.residence)
    hand.paper("requester", requester)
    hand.text("requester.relation", relation)
    hand.name("subject.full_name", subject.full_name)
    hand.day("subject.birth_date", subject.birth_date)
    hand.kind_of_person("subject", subject)
    hand.text("subject.identity_number", subject.number)
    if rng.random() > LEAVES_EMPTY:
        hand.text("subject.identity_paper", f"Căn cước cấp ngày {hand.digits(subject.card_issued_on)}")
    hand.text("request.content", rng.choice(CHECKS))
    made_on = hand.made(received_on)
    hand.text("request.copies", rng.choice(("01", "02", "03")))
    hand.text("request.delivery", rng.choice(WAYS))
    return Case("to-khai-xac-nhan-thong-tin-ho-tich", hand.entries, requester, made_on)


KINDS_MORE: Mapping[str, Callable[[Random, date], Case]] = {
    "birth-again": birth_again, "marriage": marriage, "change": change, "confirmation": confirmation,
}  # fmt: skip
