import KoiHTTP

/// What the HTTP layer refuses, in both languages: its own sentence, which may name a limit, and one by its code.
enum RefusalTexts {
    static func text(of refusal: Refusal) -> Text {
        Text(refusal.detail, chinese[refusal.code] ?? refusal.detail)
    }

    static let chinese = [
        "ambiguous_length": "请求只能使用 Content-Length 或 Transfer-Encoding 之一。",
        "bad_boundary": "multipart 正文的 boundary 缺失或无效。",
        "bad_chunk": "分块的大小或行尾不正确。",
        "bad_chunk_extension": "分块扩展的格式不正确。",
        "bad_chunk_size": "分块大小不是有效的十六进制数。",
        "bad_content_length": "Content-Length 必须是一个十进制数。",
        "bad_field": "请求头字段的格式应为“名称: 值”。",
        "bad_field_name": "请求头字段的名称无效。",
        "bad_field_value": "请求头字段的值含有控制字符。",
        "bad_host": "请求必须有且只有一个有效的 Host 字段。",
        "bad_interim": "服务器返回的不是最终应答。",
        "bad_line_end": "每行必须以 CR 和 LF 结尾。",
        "bad_method": "请求方法含有不允许的字符。",
        "bad_multipart": "multipart 正文的格式不正确。",
        "bad_path": "路径含有必须进行百分号编码的字符、错误的编码或控制字符。",
        "bad_request_line": "请求行应为：方法、目标、版本。",
        "bad_status_line": "应答未以 HTTP/1.1 的状态行开头。",
        "bad_target": "请求目标无效。",
        "bad_trailer": "此字段不能出现在正文之后。",
        "bad_transfer_encoding": "Transfer-Encoding 只能是 chunked，且不能用于 HTTP/1.0。",
        "bad_version": "请求行未以 HTTP 版本结尾。",
        "chunk_extensions_too_large": "分块扩展过长。",
        "content_too_large": "请求正文超过此地址允许的大小。",
        "expectation_failed": "只支持 Expect: 100-continue。",
        "fields_too_large": "请求头字段过多或过长。",
        "folded_field": "请求头字段不能折成多行。",
        "head_too_large": "应答的头部或其中一行过长。",
        "incomplete": "服务器在应答完成前断开了连接。",
        "insufficient_storage": "服务器没有空间存储请求正文。",
        "internal_error": "无法回应此请求。",
        "misdirected": "此服务器没有所请求主机的证书，请使用它公布的地址。",
        "not_implemented": "此服务器不提供 CONNECT。",
        "overloaded": "服务器暂时过于繁忙，未执行任何操作，请稍后重试。",
        "part_header_too_large": "multipart 某部分的头部过长。",
        "plain_on_tls": "此端口只支持 HTTPS，请使用以 https:// 开头的地址。",
        "repeated_field": "此请求头字段只能出现一次。",
        "request_line_too_long": "请求行过长。",
        "request_timeout": "请求未及时送达，请重新发送。",
        "too_many_connections": "服务器的连接数已达上限，请稍后重试。",
        "too_many_parts": "multipart 正文的部分过多。",
        "transfer_coding_not_implemented": "此服务器只支持 chunked 传输编码。",
        "version_not_supported": "此服务器只支持 HTTP/1.1 和 HTTP/1.0。",
    ]
}
