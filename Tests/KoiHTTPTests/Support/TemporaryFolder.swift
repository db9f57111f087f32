import Glibc

/// A folder of one test, removed with its files when it is released.
final class TemporaryFolder {
    struct Failure: Error {}

    let path: String
    private var files: [String] = []
    private var folders: [String] = []

    init() throws {
        var template = Array("/tmp/koi-http-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure() }
        path = template.withUnsafeBytes { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    deinit {
        for file in files { unlink(file) }
        unlink(path + "/link.txt")
        for folder in folders { rmdir(folder) }
        rmdir(path)
    }

    func write(_ name: String, _ text: String) throws {
        if let slash = name.lastIndex(of: "/") {
            let folder = path + "/" + name[..<slash]
            if mkdir(folder, 0o700) == 0 { folders.append(folder) }
        }
        let file = path + "/" + name
        guard let stream = fopen(file, "w") else { throw Failure() }
        defer { fclose(stream) }
        guard fputs(text, stream) >= 0 else { throw Failure() }
        files.append(file)
    }
}
