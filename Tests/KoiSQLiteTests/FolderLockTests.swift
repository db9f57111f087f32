import Glibc
import Testing

@testable import KoiSQLite

@Suite struct FolderLockTests {
    @Test func `a folder has one holder, whom the refusal names`() throws {
        let folder = try TemporaryFolder()
        let lock = try FolderLock(folder: folder.path)
        let error = #expect(throws: FolderLockError.self) { try FolderLock(folder: folder.path) }
        let pid = Int(getpid())
        #expect(error == .locked(folder: folder.path, pid: pid))
        #expect(try #require(error).description.contains("process \(pid)"))
        lock.release()
        lock.release()
        _ = try FolderLock(folder: folder.path)
    }

    @Test func `a folder that is not there cannot be locked`() throws {
        #expect(throws: FolderLockError.self) { try FolderLock(folder: "/nonexistent") }
    }
}
