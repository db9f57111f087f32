import Foundation

/// The folder `outgoing` within the data folder, where messages go as files in place of the network.
struct OutgoingFolder {
    private let folder: DataFolder

    init(_ folder: DataFolder) {
        self.folder = folder
    }

    /// Writes a message whole or not at all; the same again takes its own place.
    ///
    /// - Parameters:
    ///   - channel: a folder in the folder.
    ///   - name: of a file, made by Koi.
    func keep(_ bytes: [UInt8], in channel: String, as name: String) throws {
        let place = folder.outgoing + "/" + channel
        try FileManager.default.createDirectory(
            atPath: place,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let file = place + "/" + name
        let partial = file + ".part"
        try FileTree.remove(partial)
        try FileTree.write(bytes, to: partial)
        try FileTree.move(partial, to: file)
    }
}
