import Basics
import Glibc

/// Free blocks by size class: four classes to each power of two. A free block's first word points to the next one.
///
/// Only the thread that runs the script makes and frees tensors, so nothing here is locked.
enum BlockCache {
  private static let classes = 4 * 50
  /// Blocks up to this size are cut from slabs and stay with the program.
  private static let largestSmall = 4096
  private static let slabBytes = 1 << 18
  /// More than this in large free blocks is given back to the system at once: a fresh page costs more than a used one.
  private static let most = 1 << 30

  @exclusivity(unchecked) nonisolated(unsafe) private static var slab: UnsafeMutableRawPointer?
  @exclusivity(unchecked) nonisolated(unsafe) private static var slabLeft = 0
  @exclusivity(unchecked) nonisolated(unsafe) private static var cachedBytes = 0
  /// The first free block of each class.
  @exclusivity(unchecked) nonisolated(unsafe) private static var free: InlineArray<200, UnsafeMutableRawPointer?> =
    InlineArray(repeating: nil)

  @inline(__always)
  static func sizeClass(_ byteCount: Int) -> Int {
    let size = max(byteCount, 64)
    let power = Int.bitWidth - 1 - (size - 1).leadingZeroBitCount
    let quarter = ((size - 1) >> (power - 2)) & 3
    return power * 4 + quarter
  }

  /// Bytes in a block of a class: the largest size that maps to it.
  @inline(__always)
  static func bytes(_ sizeClass: Int) -> Int {
    let power = sizeClass / 4
    return (1 << power) + ((sizeClass % 4) + 1) << (power - 2)
  }

  @inline(__always)
  static func take(sizeClass: Int, byteCount: Int) throws -> UnsafeMutableRawPointer {
    if sizeClass < classes, let block = free[sizeClass] {
      free[sizeClass] = block.load(as: UnsafeMutableRawPointer?.self)
      cachedBytes -= bytes(sizeClass)
      return block
    }
    return try allocate(sizeClass: sizeClass, byteCount: byteCount)
  }

  private static func allocate(sizeClass: Int, byteCount: Int) throws -> UnsafeMutableRawPointer {
    if byteCount > Storage.limit - Storage.statistics.bytes {
      Storage.onShortage?()
      empty()
    }
    guard byteCount <= Storage.limit - Storage.statistics.bytes else {
      throw Failure(
        .memory,
        "this needs \(ByteCount(byteCount)), but tensors hold \(ByteCount(Storage.statistics.bytes)) of the \(ByteCount(Storage.limit)) allowed"
      )
    }
    let size = bytes(sizeClass)
    if size <= largestSmall { return try cut(size) }
    return try fromSystem(size)
  }

  /// A small block from the current slab. Sizes are multiples of 16, so blocks stay aligned to that.
  private static func cut(_ size: Int) throws -> UnsafeMutableRawPointer {
    let rounded = (size + 63) & ~63
    if slabLeft < rounded {
      slab = try fromSystem(slabBytes)
      slabLeft = slabBytes
    }
    guard let block = slab else { throw Failure(.memory, "the system has no memory left") }
    slab = block + rounded
    slabLeft -= rounded
    return block
  }

  /// Bytes of a large page, where the system has them; a block of several is asked for in such pages, since every page of
  /// 4 KB costs a fault when it is touched first and a look-up when it is touched again.
  private static let largePage = 2 << 20

  private static func fromSystem(_ size: Int) throws -> UnsafeMutableRawPointer {
    var block: UnsafeMutableRawPointer?
    let isLarge = size >= 2 * largePage
    guard posix_memalign(&block, isLarge ? largePage : 64, size) == 0, let block else {
      throw Failure(.memory, "the system has no \(ByteCount(size)) of memory left")
    }
    // Whole pages only, so that nothing beyond the block takes memory. A refusal changes nothing but the speed.
    if isLarge { madvise(block, size / largePage * largePage, MADV_HUGEPAGE) }
    return block
  }

  @inline(__always)
  static func give(_ block: UnsafeMutableRawPointer, sizeClass: Int) {
    let size = bytes(sizeClass)
    if size > largestSmall && cachedBytes + size > most {
      Glibc.free(block)
      return
    }
    cachedBytes += size
    block.storeBytes(of: free[sizeClass], as: UnsafeMutableRawPointer?.self)
    free[sizeClass] = block
  }

  /// Gives large free blocks back to the system.
  static func empty() {
    for sizeClass in 0..<classes where bytes(max(sizeClass, 20)) > largestSmall {
      while let block = free[sizeClass] {
        free[sizeClass] = block.load(as: UnsafeMutableRawPointer?.self)
        cachedBytes -= bytes(sizeClass)
        Glibc.free(block)
      }
    }
  }
}
