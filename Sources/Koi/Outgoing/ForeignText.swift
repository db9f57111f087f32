extension String {
    /// What another server said, fit to be shown: without control characters, and at most so many code points long.
    ///
    /// Not so many characters: one of them may be made of any number of marks.
    func shown(_ maximum: Int) -> String {
        String(UnicodeScalarView(unicodeScalars.lazy.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(maximum)))
    }
}
