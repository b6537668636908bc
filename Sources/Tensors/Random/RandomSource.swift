import Kernels

/// A place that random numbers come from: a counter-based stream and how much of it has been used.
///
/// Sources are split by name, and a split does not depend on what was drawn before; so adding one user of random
/// numbers leaves the numbers of all others as they were.
public final class RandomSource {
  public private(set) var stream: RandomStream
  private var children: [String: RandomSource] = [:]

  public init(seed: UInt64, name: String = "root") { stream = RandomStream(seed: seed, name: name) }

  public init(_ stream: RandomStream) { self.stream = stream }

  /// The source of a name below this one; the same object each time.
  public func child(_ name: String) -> RandomSource {
    if let found = children[name] { return found }
    let made = RandomSource(stream.split(name))
    children[name] = made
    return made
  }

  /// The root of everything random that is not given a source; replaced for each trial.
  nonisolated(unsafe) public static var root = RandomSource(seed: 0)

  /// What has been used, to go on from exactly here.
  public var state: (key: UInt64, stream: UInt64, counter: UInt64) {
    get { stream.state }
    set { stream = RandomStream(state: newValue) }
  }

  /// What has been used of this source and of all below it, by the names that lead there, in order of the names.
  public var states: [(path: [String], state: [UInt64])] {
    let own = [(path: [String](), state: [state.key, state.stream, state.counter])]
    return own
      + children.sorted { $0.key < $1.key }.flatMap { name, child in
        child.states.map { (path: [name] + $0.path, state: $0.state) }
      }
  }

  /// Goes to saved states; sources that they do not name begin anew when they are asked for.
  public func restore(_ states: [(path: [String], state: [UInt64])]) {
    for (path, words) in states where words.count == 3 {
      path.reduce(self) { $0.child($1) }.state = (words[0], words[1], words[2])
    }
  }

  /// Draws single numbers from the stream.
  public func draw<R>(_ body: (inout RandomStream) throws -> R) rethrows -> R { try body(&stream) }

  /// Fills `count` elements in parallel pieces and moves on past them.
  func fill(_ count: Int, perBlock: Int, _ body: (_ origin: RandomStream, _ first: Int, _ length: Int) -> Void) {
    let origin = stream
    Parallel.forEachRange(count) { first, length in body(origin, first, length) }
    stream.advance(by: RandomKernels.blocks(elements: count, perBlock: perBlock))
  }
}
