/// Nodes waiting for their turn, newest first: a binary heap.
struct NodeQueue {
  private struct Entry {
    let number: UInt64
    let node: Node
  }

  private var heap: [Entry] = []

  mutating func push(_ node: Node) {
    let entry = Entry(number: node.number, node: node)
    heap.append(entry)
    var child = heap.count - 1
    if child == 0 || heap[(child - 1) / 2].number >= entry.number { return }
    while child > 0, heap[(child - 1) / 2].number < entry.number {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Node? {
    if heap.count < 2 { return heap.popLast()?.node }
    let top = heap[0].node
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    let number = heap[0].number
    while true {
      var child = 2 * parent + 1
      if child >= heap.count { break }
      if child + 1 < heap.count, heap[child + 1].number > heap[child].number { child += 1 }
      if number >= heap[child].number { break }
      heap.swapAt(parent, child)
      parent = child
    }
    return top
  }

  /// After an error, nodes must not keep gradients of the failed walk.
  mutating func abandon() {
    for entry in heap {
      entry.node.incoming = IncomingGradients()
      entry.node.isWaiting = false
    }
    heap = []
  }
}
