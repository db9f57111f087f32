import Glibc
import Synchronization

/// The terminal at standard input and output, taken for a view that fills it, and given back as it was.
final class Terminal {
    enum Event {
        case key(UInt8)
        case resized
        /// The process was told to end, or the terminal is gone.
        case ended
        case none
    }

    private static let wasResized = Atomic(false)
    private static let mustEnd = Atomic(false)

    private var before = termios()
    private var isTaken = false

    /// Nil where standard input is none.
    init?() {
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
    }

    deinit { giveBack() }

    /// Columns and rows; nil where they are not known.
    static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Of a clock that never goes back.
    static func milliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }

    /// Has keys come one by one and unseen, and uses a screen of its own.
    func take() {
        guard !isTaken else { return }
        isTaken = true
        // Made before a signal can come: a handler must not.
        Terminal.wasResized.store(false, ordering: .relaxed)
        Terminal.mustEnd.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            signal(number) { _ in Terminal.mustEnd.store(true, ordering: .relaxed) }
        }
        signal(SIGWINCH) { _ in Terminal.wasResized.store(true, ordering: .relaxed) }
        var raw = before
        // ISIG off: Ctrl-C comes as a byte, and Ctrl-Z cannot leave the terminal as it is now.
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
        write("\u{1B}[?1049h\u{1B}[?25l")
    }

    func giveBack() {
        guard isTaken else { return }
        isTaken = false
        write("\u{1B}[?25h\u{1B}[?1049l")
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
    }

    /// Writes the lines over what was there, so that nothing flickers.
    func show(_ lines: [String]) {
        let text = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
        write("\u{1B}[H" + text + "\u{1B}[J")
    }

    func key(within milliseconds: Int) -> Event {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        // A signal ends the wait.
        let count = poll(&input, 1, Int32(clamping: milliseconds))
        if Terminal.mustEnd.load(ordering: .relaxed) { return .ended }
        if Terminal.wasResized.exchange(false, ordering: .relaxed) { return .resized }
        guard count > 0 else { return .none }
        var byte: UInt8 = 0
        return read(STDIN_FILENO, &byte, 1) == 1 ? .key(byte) : .ended
    }

    private func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
