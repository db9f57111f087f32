import KoiLock

/// The key file `koi.key`: 32 random bytes, readable by the owner alone, read once and then remembered.
final class SecretKey: Sendable {
    private static let length = 32

    private let folder: DataFolder
    private let randomness: Randomness
    private let remembered = Lock<[UInt8]?>(nil)

    init(_ folder: DataFolder, _ randomness: Randomness) {
        self.folder = folder
        self.randomness = randomness
    }

    /// The key, made where there is none yet.
    ///
    /// - Throws: `Problem` 409 where the file is there and is no key; it is never overwritten, since what it sealed would
    ///   be lost with it.
    func forSealing() throws -> [UInt8] {
        try remembered.withLock { remembered in
            if let remembered { return remembered }
            let key = try FileTree.exists(folder.secretKey) ? stored() : make()
            guard let key else { throw SecretKey.unusable }
            remembered = key
            return key
        }
    }

    /// The key; nil where there is none that can be read.
    func forOpening() -> [UInt8]? {
        remembered.withLock { remembered in
            if remembered == nil { remembered = stored() }
            return remembered
        }
    }

    private func stored() -> [UInt8]? {
        let bytes = try? FileTree.read(folder.secretKey, limit: SecretKey.length)
        return bytes?.count == SecretKey.length ? bytes : nil
    }

    /// Under another name until it is whole and on disk, so that a crash leaves no half of a key.
    private func make() throws -> [UInt8] {
        let key = randomness.bytes(SecretKey.length)
        let partial = folder.secretKey + ".new"
        try FileTree.remove(partial)
        try FileTree.write(key, to: partial)
        try FileTree.move(partial, to: folder.secretKey)
        try FileTree.synchronize(folder.path)
        return key
    }

    private static let unusable = Problem.conflict(
        "key_unusable",
        Text(
            "The file koi.key in the data folder is not a key that Koi can read. Put back your copy of it, or remove it and enter all secrets again.",
            "数据文件夹中的 koi.key 不是可读取的密钥文件。请放回备份的密钥文件，或删除它并重新填写所有机密。"
        )
    )
}
