import Testing

@testable import Koi

struct `A mask` {
    @Test(arguments: [
        ("13812345678", "138****5678"), ("+86 138 1234 5678", "138****5678"), ("86 13812345678", "138****5678"),
        ("+86 (23) 6868 1234", "****1234"), ("023-68681234", "****1234"), ("68681234", "****1234"),
        ("+1 415 555 2671", "****2671"), ("12345", "****45"), ("110", "****"),
        ("13812345678; 13912345679", "138****5679"),
    ])
    func `shows some digits of a telephone number`(number: String, shown: String) {
        #expect(Mask.phone.shown(of: number) == shown)
    }

    @Test(arguments: [
        ("li@example.com", "l***@example.com"), ("Wang.Fang@example.com.cn", "W***@example.com.cn"),
        ("x@example.com", "***@example.com"), ("王@例子.中国", "***@例子.中国"),
    ])
    func `shows the first letter and the domain of an address`(address: String, shown: String) {
        #expect(Mask.email.shown(of: address) == shown)
    }

    @Test(arguments: [
        ("王芳", "王***"), ("欧阳娜娜", "欧***"), ("重庆机械有限公司", "重***"), ("Li Ming", "L***"), ("王", "***"),
        ("Élise", "É***"), ("👨‍👩‍👧 Familie", "👨***"), ("", "***"),
    ])
    func `shows the first letter of a text, and not how long it is`(text: String, shown: String) {
        #expect(Mask.text.shown(of: text) == shown)
    }

    @Test(arguments: [
        (Mask.phone, "138****5678", "+86 138 1234 5678"), (.phone, " 138 **** 5678 ", "13812345678"),
        (.phone, "138-****-5678", "13812345678"), (.email, "L***@Example.com", "li@example.com"),
        (.text, " 王*** ", "王芳"),
    ])
    func `is recognised when it is sent back`(mask: Mask, sent: String, stored: String) {
        #expect(mask.isShown(sent, of: stored))
    }

    @Test(arguments: [
        (Mask.phone, "138****5679", "13812345678"), (.phone, "13812345678", "13812345678"),
        (.email, "m***@example.com", "li@example.com"), (.text, "李***", "王芳"),
    ])
    func `is no other value`(mask: Mask, sent: String, stored: String) {
        #expect(!mask.isShown(sent, of: stored))
    }
}
