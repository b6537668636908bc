import Basics
import Glibc

/// Memory for the elements of tensors, from the cache.
///
/// Training makes the same sizes again and again, and fresh memory costs a page fault every 4 KB.
struct Block {
  let pointer: UnsafeMutableRawPointer
  /// Bytes asked for; there may be more.
  let byteCount: Int

  /// Uninitialised memory, aligned to 64 bytes. Throws when it is more than `Storage.limit` allows.
  @inline(__always)
  init(byteCount: Int) throws {
    pointer = try BlockCache.take(sizeClass: BlockCache.sizeClass(byteCount), byteCount: byteCount)
    self.byteCount = byteCount
    Storage.counted.bytes += byteCount
    Storage.counted.blocks += 1
    Storage.counted.made += 1
    Storage.counted.madeBytes += byteCount
    if Storage.counted.bytes > Storage.counted.peak { Storage.counted.peak = Storage.counted.bytes }
    Storage.counted.untold += byteCount
    if Storage.counted.untold >= Storage.tellEvery { Storage.tell() }
  }

  /// Gives the memory back; nothing may read it afterwards.
  @inline(__always)
  func release() {
    Storage.counted.bytes -= byteCount
    Storage.counted.blocks -= 1
    BlockCache.give(pointer, sizeClass: BlockCache.sizeClass(byteCount))
  }
}

/// A block of memory that several tensors look at.
///
/// Most tensors own their block alone; the first view of one makes a storage, which both then share. Tensors belong to
/// the thread that runs the script; kernels only borrow their pointers.
public final class Storage: @unchecked Sendable {
  let block: Block
  /// Counts changes in place, so that a gradient which needs the old values notices.
  @exclusivity(unchecked) var version: UInt32

  init(adopting block: Block, version: UInt32) {
    self.block = block
    self.version = version
  }

  deinit { block.release() }

  /// Throws where that much memory is not to be had now.
  public static func require(byteCount: Int) throws { try Block(byteCount: byteCount).release() }

  /// What tensors hold right now.
  public struct Statistics: Sendable {
    /// Bytes in live blocks.
    public var bytes = 0
    /// Live blocks.
    public var blocks = 0
    /// The most bytes that were live at once.
    public var peak = 0
    /// Blocks made since the start.
    public var made = 0
    /// Bytes in blocks made since the start.
    public var madeBytes = 0
    /// Bytes that `onAllocation` was not told of yet.
    var untold = 0
  }

  public static var statistics: Statistics { counted }

  @exclusivity(unchecked) nonisolated(unsafe) fileprivate static var counted = Statistics()

  /// Starts `peak` anew from what is live now.
  public static func resetPeak() { counted.peak = counted.bytes }

  /// The most bytes that tensors may hold together; the machine's memory by default.
  nonisolated(unsafe) public static var limit = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

  /// Lets the script language's collector know of memory that it cannot see: called with the bytes that were taken
  /// since the last call, whenever they are more than 64 KB.
  nonisolated(unsafe) public static var onAllocation: ((Int) -> Void)?

  fileprivate static let tellEvery = 1 << 16

  fileprivate static func tell() {
    let bytes = counted.untold
    counted.untold = 0
    onAllocation?(bytes)
    onGrowth?()
  }

  /// Called with a tensor before its memory is changed in place, while somebody waits with reading tensors.
  nonisolated(unsafe) public static var beforeChange: ((Tensor) throws -> Void)?

  /// Called as `onAllocation` is, while somebody holds memory that work put off would let go.
  nonisolated(unsafe) public static var onGrowth: (() -> Void)?

  /// Called once when the limit would be passed, to collect garbage before giving up.
  nonisolated(unsafe) public static var onShortage: (() -> Void)?

  /// Gives cached blocks back to the system.
  public static func releaseCache() { BlockCache.empty() }
}
