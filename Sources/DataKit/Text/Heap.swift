/// A binary heap: the smallest element comes out first.
struct Heap<Element: Comparable> {
  private var elements: [Element] = []

  var isEmpty: Bool { elements.isEmpty }

  mutating func push(_ element: Element) {
    elements.append(element)
    var place = elements.count - 1
    while place > 0, elements[place] < elements[(place - 1) / 2] {
      elements.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func pop() -> Element? {
    guard let smallest = elements.first, let last = elements.popLast() else { return nil }
    if elements.isEmpty { return smallest }
    elements[0] = last
    var place = 0
    while true {
      var next = 2 * place + 1
      guard next < elements.count else { return smallest }
      if next + 1 < elements.count, elements[next + 1] < elements[next] { next += 1 }
      guard elements[next] < elements[place] else { return smallest }
      elements.swapAt(place, next)
      place = next
    }
  }
}
