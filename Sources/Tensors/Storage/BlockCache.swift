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
  /// More than this in large free blocks is given back to the system at once.
  private static let most = 512 << 20

  private struct State {
    var slab: UnsafeMutableRawPointer?
    var slabLeft = 0
    var cachedBytes = 0
  }

  nonisolated(unsafe) private static let free: UnsafeMutablePointer<UnsafeMutableRawPointer?> = {
    let heads = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: classes)
    heads.initialize(repeating: nil, count: classes)
    return heads
  }()

  nonisolated(unsafe) private static let state: UnsafeMutablePointer<State> = {
    let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
    state.initialize(to: State())
    return state
  }()

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
      state.pointee.cachedBytes -= bytes(sizeClass)
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
    if state.pointee.slabLeft < rounded {
      state.pointee.slab = try fromSystem(slabBytes)
      state.pointee.slabLeft = slabBytes
    }
    guard let slab = state.pointee.slab else { throw Failure(.memory, "the system has no memory left") }
    state.pointee.slab = slab + rounded
    state.pointee.slabLeft -= rounded
    return slab
  }

  private static func fromSystem(_ size: Int) throws -> UnsafeMutableRawPointer {
    var block: UnsafeMutableRawPointer?
    guard posix_memalign(&block, 64, size) == 0, let block else {
      throw Failure(.memory, "the system has no \(ByteCount(size)) of memory left")
    }
    return block
  }

  @inline(__always)
  static func give(_ block: UnsafeMutableRawPointer, sizeClass: Int) {
    let size = bytes(sizeClass)
    if size > largestSmall && state.pointee.cachedBytes + size > most {
      Glibc.free(block)
      return
    }
    state.pointee.cachedBytes += size
    block.storeBytes(of: free[sizeClass], as: UnsafeMutableRawPointer?.self)
    free[sizeClass] = block
  }

  /// Gives large free blocks back to the system.
  static func empty() {
    for sizeClass in 0..<classes where bytes(max(sizeClass, 20)) > largestSmall {
      while let block = free[sizeClass] {
        free[sizeClass] = block.load(as: UnsafeMutableRawPointer?.self)
        state.pointee.cachedBytes -= bytes(sizeClass)
        Glibc.free(block)
      }
    }
  }
}
