import KoiFormats
import Testing

struct `The text of a mail` {
    private func html(_ html: String) -> String { IncomingMail(Array("Content-Type: text/html\n\n\(html)".utf8)).text }

    @Test(arguments: [
        ("a <b>b</b>\n c&nbsp;d", "a b c d"), ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<script>alert('<p>')</script>a<STYLE>p{}</style >b", "ab"), ("<title>t</title>a<!-- <p>x --> b", "a b"),
        ("a<script>b", "a"),
        (
            "1 < 2 && 3 > 2 &amp;lt; &unknown; &#20320;&#x597d; &#x110000; &#;",
            "1 < 2 && 3 > 2 &lt; &unknown; 你好 &#x110000; &#;"
        ),
        ("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc"), ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("<blockquote>a<br>b<blockquote>c</blockquote></blockquote>d", "> a\n> b\n\n>> c\n\nd"),
        ("<a href='https://a.example/?x=1&amp;y'>here</a>", "here <https://a.example/?x=1&y>"),
        ("<a href=https://a.example>https://a.example</a> <a href=javascript:alert(1)>x</a>", "https://a.example x"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"), ("<img alt=\"a > b\" src=x>c", "a > bc"), ("<p title='>'>a</p", "a"),
        ("a<b x=\"", "a"),
        ("</blockquote></blockquote>a", "a"), ("<![if !mso]>a<![endif]><o:p></o:p>", "a"), ("a<", "a<"), ("</>a", "a"),
        ("&#0;&#27;a&#x202E;b", "a\u{202E}b"),
    ])
    func `as HTML becomes plain`(html: String, text: String) {
        #expect(self.html(html) == text)
    }

    @Test(arguments: [
        (
            "a\n\nOn Mon, Nov 23, 2026 at 10:00, Koi\n<k@koi.example> wrote:\n\n> b\n> c", "a",
            "On Mon, Nov 23, 2026 at 10:00, Koi\n<k@koi.example> wrote:\n\n> b\n> c"
        ),
        ("a\n\n在 2026年11月23日，Koi 写道：\n> b", "a", "在 2026年11月23日，Koi 写道：\n> b"),
        ("a\n张伟 <z@a.example> 于2026年11月23日周一 10:00写道：\nb", "a", "张伟 <z@a.example> 于2026年11月23日周一 10:00写道：\nb"),
        ("a\n------------------ 原始邮件 ------------------\nb", "a", "------------------ 原始邮件 ------------------\nb"),
        ("a\n-----Original Message-----\nb", "a", "-----Original Message-----\nb"),
        (
            "a\n________________________________\nFrom: k\nSent: today\nTo: li\nSubject: x\n\nb", "a",
            "________________________________\nFrom: k\nSent: today\nTo: li\nSubject: x\n\nb"
        ),
        ("a\n发件人： k\n发送时间： 今天\n收件人： li\n主题： x\nb", "a", "发件人： k\n发送时间： 今天\n收件人： li\n主题： x\nb"),
        ("a\n\n> b\n>\n> c\n", "a", "> b\n>\n> c"),
        // Answers between the lines, and what stands alone, are all of it.
        ("> b\na\n> c\nd", "> b\na\n> c\nd", ""), ("> b\na", "> b\na", ""), ("> b", "> b", ""), ("", "", ""),
        ("From: here to there", "From: here to there", ""),
        ("He wrote:\nall is broken", "He wrote:\nall is broken", ""),
        ("On 3 May he wrote:\n> b\nand I say c", "On 3 May he wrote:\n> b\nand I say c", ""),
        ("a\n---------- Forwarded message ---------\nb", "a\n---------- Forwarded message ---------\nb", ""),
    ])
    func `is cut where the quote begins`(text: String, written: String, quoted: String) {
        #expect(ReplyText(text).written == written)
        #expect(ReplyText(text).quoted == quoted)
    }
}
