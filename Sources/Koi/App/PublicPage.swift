/// The frame of pages for people who have a link and nothing else: HTML without a script.
enum PublicPage {
    /// - Parameter content: HTML, with what comes from outside escaped.
    static func html(_ title: String, _ content: String, _ language: Language) -> [UInt8] {
        let html = """
            <!doctype html>
            <html lang="\(language.rawValue)">
              <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <meta name="robots" content="noindex">
                <title>\(HTMLText.escaped(title))</title>
                <link rel="icon" href="/koi.svg" type="image/svg+xml">
                <link rel="stylesheet" href="/koi.css">
              </head>
              <body>
                <main id="main">
                  <section class="welcome">
                    <h1>\(HTMLText.escaped(title))</h1>
            \(content)
                  </section>
                </main>
              </body>
            </html>

            """
        return Array(html.utf8)
    }
}
