import Basics
import Glibc

/// A block of memory that one or more tensors look at.
///
/// Blocks come from a cache by size class: training makes the same sizes again and again, and fresh memory costs a page
/// fault every 4 KB. Tensors belong to the thread that runs the script; kernels only borrow their pointers.
public final class Storage: @unchecked Sendable {
  public let pointer: UnsafeMutableRawPointer
  /// Bytes asked for; the block may be larger.
  public let byteCount: Int
  /// Counts changes in place, so that a gradient which needs the old values notices.
  public var version: UInt32 = 0
  private let sizeClass: Int

  /// Uninitialised memory, aligned to 64 bytes. Throws when it is more than `Storage.limit` allows.
  public init(byteCount: Int) throws {
    let sizeClass = BlockCache.sizeClass(byteCount)
    pointer = try BlockCache.take(sizeClass: sizeClass, byteCount: byteCount)
    self.sizeClass = sizeClass
    self.byteCount = byteCount
    let statistics = Storage.counters
    statistics.pointee.bytes += byteCount
    statistics.pointee.blocks += 1
    statistics.pointee.made += 1
    if statistics.pointee.bytes > statistics.pointee.peak { statistics.pointee.peak = statistics.pointee.bytes }
    if byteCount >= Storage.pressureThreshold { Storage.onLargeAllocation?(byteCount) }
  }

  deinit {
    Storage.counters.pointee.bytes -= byteCount
    Storage.counters.pointee.blocks -= 1
    BlockCache.give(pointer, sizeClass: sizeClass)
  }

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
  }

  public static var statistics: Statistics { counters.pointee }

  nonisolated(unsafe) private static let counters: UnsafeMutablePointer<Statistics> = {
    let counters = UnsafeMutablePointer<Statistics>.allocate(capacity: 1)
    counters.initialize(to: Statistics())
    return counters
  }()

  /// Starts `peak` anew from what is live now.
  public static func resetPeak() { counters.pointee.peak = counters.pointee.bytes }

  /// The most bytes that tensors may hold together; the machine's memory by default.
  nonisolated(unsafe) public static var limit = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

  /// Allocations from this size on are told to `onLargeAllocation`.
  public static let pressureThreshold = 1 << 16

  /// Lets the script language's collector know of memory that it cannot see.
  nonisolated(unsafe) public static var onLargeAllocation: ((Int) -> Void)?

  /// Called once when the limit would be passed, to collect garbage before giving up.
  nonisolated(unsafe) public static var onShortage: (() -> Void)?

  /// Gives cached blocks back to the system.
  public static func releaseCache() { BlockCache.empty() }
}
