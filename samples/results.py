"""Full sets of values for each template, of people who do not exist."""

ADDRESS = "Số nhà 12, đường Lê Lợi, thôn Minh Thạch, xã Nguyệt Ấn, tỉnh Thanh Hóa"
LONG_ADDRESS = (
    "Căn hộ số 1205, tòa nhà B2, khu chung cư Nguyễn Trãi, số 123/45/6 ngách 7, ngõ 89, đường Nguyễn Thị Minh Khai, "
    "tổ dân phố Minh Thạch 2, xã Nguyệt Ấn, tỉnh Thanh Hóa (trước đây là xã Phùng Giáo, huyện Ngọc Lặc)"
)
LONG_NAME = "NGUYỄN HOÀNG PHƯƠNG THẢO NGUYÊN MINH CHÂU BẢO NGỌC THIÊN KIM"
_CARD = "Căn cước công dân số 038185001010 do Cục Cảnh sát quản lý hành chính về trật tự xã hội cấp ngày 20/11/2021"

_RESULT = {
    "folder_kind": "real",
    "agency.name": "ỦY BAN NHÂN DÂN\nXÃ NGUYỆT ẤN",
    "place": "Nguyệt Ấn",
    "issued_on": "2026-02-05",
    "signer.capacity": "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH",
    "signer.full_name": "Phạm Thị Minh Nguyệt",
    "dossier_code": "H56.33-260205-0007",
    "record_digest": "ab" * 32,
}
_SUBJECT = {
    "subject.full_name": "TRẦN THỊ HOA",
    "subject.birth_date": "1985-06-12",
    "subject.sex": "Nữ",
    "subject.ethnicity": "Mường",
    "subject.nationality": "Việt Nam",
}
_EXTRACT = {
    "agency.superior": "TỈNH THANH HÓA",
    "registration.agency": "Ủy ban nhân dân xã Phùng Giáo, huyện Ngọc Lặc, tỉnh Thanh Hóa",
    "registration.number": "45",
    "registration.date": "1985-06-30",
    "note": "Sổ đăng ký năm 1985, quyển số 02",
}

PAPERS: dict[str, dict[str, object]] = {
    "marital-status-confirmation": {
        **_RESULT,
        **_SUBJECT,
        "agency.superior": "TỈNH THANH HÓA",
        "number": "07/UBND-XNTTHN",
        "requester.full_name": "LÊ VĂN BÌNH",
        "subject.identity_paper": _CARD,
        "subject.residence": ADDRESS,
        "residence_period": f"tại {ADDRESS}, từ ngày 01 tháng 02 năm 2010 đến ngày 30 tháng 6 năm 2025",
        "marital_status": "Hiện tại chưa đăng ký kết hôn với ai",
        "purpose": "làm thủ tục vay vốn",
    },
    "birth-extract": {
        **_RESULT,
        **_SUBJECT,
        **_EXTRACT,
        "number": "12/TLKS-BS",
        "subject.birth_place": "Bệnh viện Đa khoa huyện Ngọc Lặc",
        "subject.home_town": "Xã Nguyệt Ấn, tỉnh Thanh Hóa",
        "subject.personal_number": "038185001010",
        "mother.full_name": "LÊ THỊ BÌNH",
        "mother.birth_date": "1960",
        "mother.ethnicity": "Kinh",
        "mother.nationality": "Việt Nam",
        "mother.residence": ADDRESS,
        "father.full_name": "TRẦN VĂN AN",
        "father.birth_date": "1958-03",
        "father.ethnicity": "Mường",
        "father.nationality": "Việt Nam",
        "father.residence": ADDRESS,
    },
    "death-extract": {
        **_RESULT,
        **_SUBJECT,
        **_EXTRACT,
        "is_copy": True,
        "number": "03/TLKT-BS",
        "subject.personal_number": "038185001010",
        "subject.identity_paper": _CARD,
        "subject.last_residence": ADDRESS,
        "death.date": "2026-02-01",
        "death.time": "04:30",
        "death.place": "Tại nhà riêng",
        "death.cause": "Bệnh già",
        "notice.number": "15/GBT",
        "notice.issuer": "Trạm Y tế xã Nguyệt Ấn",
        "notice.date": "2026-02-02",
        "requester.full_name": "TRẦN VĂN AN",
        "requester.identity_paper": _CARD,
    },
    "receipt-slip": {
        "folder_kind": "real",
        "agency.name": "ỦY BAN NHÂN DÂN XÃ NGUYỆT ẤN",
        "agency.desk": "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG",
        "place": "Nguyệt Ấn",
        "dossier_code": "H56.33-260205-0007",
        "receipt_code": "7K3M9QXW2T5H",
        "public_url": "https://motcua.nguyetan.example/k/7K3M9QXW2T5H",
        "desk.address": "Quầy 2, Trung tâm Phục vụ hành chính công xã Nguyệt Ấn",
        "desk.telephone": "0237 3 123 456",
        "desk.hours": "7 giờ 30 – 17 giờ, ngày làm việc",
        "submitter.full_name": "LÊ VĂN BÌNH",
        "submitter.address": ADDRESS,
        "owner.full_name": "TRẦN THỊ HOA",
        "owner.address": ADDRESS,
        "procedure.name": "Cấp Giấy xác nhận tình trạng hôn nhân",
        "procedure.code": "1.004873",
        "papers": [
            {"name": "Tờ khai cấp Giấy xác nhận tình trạng hôn nhân", "originals": 1, "copies": 0},
            {"name": "Căn cước công dân", "copies": 1},
        ],
        "set_count": 1,
        "processing_time": "03 ngày làm việc",
        "fee": "Không",
        "received_at": "2026-02-05T02:15:00+00:00",
        "due_at": "2026-02-10T17:00:00+07:00",
        "collection": "Tại Trung tâm Phục vụ hành chính công xã",
        "clerk.full_name": "Lê Văn Tâm",
    },
    "separator-sheet": {"folder_kind": "real", "code": "moonseal:separator-sheet:1"},
}
RESULTS = [name for name in PAPERS if name not in {"receipt-slip", "separator-sheet"}]


def only_required(template: str, required: set[str]) -> dict[str, object]:
    return {name: value for name, value in PAPERS[template].items() if name in required}
