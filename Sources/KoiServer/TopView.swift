import Glibc
import Koi

/// The live view of `koi top`: asks, draws, and listens to keys meanwhile.
struct TopView {
    private enum Step {
        case ask
        case draw
        case quit
    }

    private let source: MetricsSource
    private let terminal: Terminal
    private let every: Int
    private var order = TopScreen.Order.requests
    private var earlier: MetricsReading?
    private var figures: TopFigures?
    private var note: String?

    init(_ source: MetricsSource, _ terminal: Terminal, every: Int) {
        self.source = source
        self.terminal = terminal
        self.every = every
    }

    /// Returns when it was told to quit.
    ///
    /// - Throws: `LocalFailure` where Koi does not answer at first.
    func run() throws {
        var view = self
        // Before the screen is taken, so that what is wrong stays to be read.
        view.note(try source.read())
        terminal.take()
        defer { terminal.giveBack() }
        while true {
            view.draw()
            switch view.wait() {
            case .ask: view.ask()
            case .draw: break
            case .quit: return
            }
        }
    }

    private mutating func ask() {
        do {
            note(try source.read())
            note = nil
        } catch {
            note = "\(error)"
            // What was before a restart is not to be compared with what comes after it.
            earlier = nil
        }
    }

    private mutating func note(_ reading: MetricsReading) {
        figures = TopFigures(reading, since: earlier)
        earlier = reading
    }

    private func draw() {
        guard let figures else { return }
        let size = Terminal.size(of: STDOUT_FILENO) ?? (columns: 80, rows: 24)
        var screen = TopScreen(width: size.columns, height: size.rows, isColoured: getenv("NO_COLOR") == nil)
        screen.order = order
        terminal.show(screen.lines(figures, of: source.name, note: note))
    }

    /// Until it is time to ask again, a key was pressed or the window has another size.
    private mutating func wait() -> Step {
        let due = Terminal.milliseconds() + every * 1_000
        while true {
            let left = due - Terminal.milliseconds()
            guard left > 0 else { return .ask }
            switch terminal.key(within: left) {
            case .none: return .ask
            case .ended: return .quit
            case .resized: return .draw
            case .key(let byte):
                // Ctrl-C and Ctrl-D come as bytes here.
                if byte == UInt8(ascii: "q") || byte == UInt8(ascii: "Q") || byte == 3 || byte == 4 { return .quit }
                guard let order = TopScreen.Order(rawValue: Character(Unicode.Scalar(byte))) else { continue }
                self.order = order
                return .draw
            }
        }
    }
}
