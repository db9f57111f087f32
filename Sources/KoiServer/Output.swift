import Glibc

/// What a command prints: results on standard output, for programs; explanations on standard error, for people.
enum Output {
    static func give(_ line: String) {
        write(line + "\n", to: STDOUT_FILENO)
    }

    /// Without a line end.
    static func tell(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    static func explain(_ line: String) {
        write(line + "\n", to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
