import Synchronization

/// Scratch memory of one tile, aligned for vectors and not initialised.
///
/// Blocks are kept and used again: memory fresh from the system costs a page fault every 4 KB, which is more than some tiles
/// compute. May be taken on any thread.
struct Scratch<T> {
  let pointer: UnsafeMutablePointer<T>
  private let block: ScratchBlock

  init(_ count: Int) {
    block = ScratchBlock.take(byteCount: count * MemoryLayout<T>.stride)
    pointer = block.pointer.bindMemory(to: T.self, capacity: count)
  }

  func free() { block.give() }
}

private struct ScratchBlock: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int

  /// Larger blocks go back to the system.
  private static let mostBytes = 16 << 20
  private static let kept = Mutex<[ScratchBlock]>([])

  /// The smallest kept block that is large enough, or a new one.
  static func take(byteCount: Int) -> ScratchBlock {
    let found = kept.withLock { blocks -> ScratchBlock? in
      var best: Int?
      for (index, block) in blocks.enumerated() where block.byteCount >= byteCount {
        if let place = best, blocks[place].byteCount <= block.byteCount { continue }
        best = index
      }
      return best.map { blocks.remove(at: $0) }
    }
    if let found { return found }
    let rounded = max(1 << 14, (byteCount + 4095) / 4096 * 4096)
    return ScratchBlock(pointer: .allocate(byteCount: rounded, alignment: 64), byteCount: rounded)
  }

  /// Keeps a few blocks for each thread, the largest ones: a loop and the tiles in it hold some each.
  func give() {
    let most = 4 * Parallel.threads + 2
    let surplus = ScratchBlock.kept.withLock { blocks -> ScratchBlock? in
      if byteCount > ScratchBlock.mostBytes { return self }
      blocks.append(self)
      if blocks.count <= most { return nil }
      let least = blocks.indices.min { blocks[$0].byteCount < blocks[$1].byteCount }
      return least.map { blocks.remove(at: $0) }
    }
    surplus?.pointer.deallocate()
  }
}
