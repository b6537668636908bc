/// What attention is computed over: sizes, which keys a query may see, and how scores are made.
public struct AttentionProblem<T: Real> {
  /// Sequences, heads of the queries, heads of keys and values.
  public var batch: Int, heads: Int, keyHeads: Int
  /// Positions of queries and keys, numbers in a query or key, numbers in a value.
  public var queries: Int, keys: Int, width: Int, valueWidth: Int
  /// Whether a query sees keys up to its own position only, the last query standing at the last key.
  public var causal: Bool
  /// How many keys up to its own position a query sees at most; 0 for all.
  public var window: Int
  /// What products are multiplied by.
  public var scale: T
  /// Where a query may look: a byte that is not 0.
  public var mask: AttentionGrid<UInt8>?
  /// Added to the scaled products.
  public var bias: AttentionGrid<T>?

  public init(
    batch: Int, heads: Int, keyHeads: Int, queries: Int, keys: Int, width: Int, valueWidth: Int, causal: Bool,
    window: Int, scale: T, mask: AttentionGrid<UInt8>?, bias: AttentionGrid<T>?
  ) {
    self.batch = batch
    self.heads = heads
    self.keyHeads = keyHeads
    self.queries = queries
    self.keys = keys
    self.width = width
    self.valueWidth = valueWidth
    self.causal = causal
    self.window = window
    self.scale = scale
    self.mask = mask
    self.bias = bias
  }

  /// The first key that query `t` may see by causality and window.
  @inline(__always) func firstKey(_ t: Int) -> Int {
    window == 0 ? 0 : min(keys, max(0, t + keys - queries - window + 1))
  }

  /// The key behind the last one that query `t` may see by causality and window.
  @inline(__always) func lastKey(_ t: Int) -> Int { causal ? min(keys, max(0, t + keys - queries + 1)) : keys }

  /// The first query that may see key `s`.
  @inline(__always) func firstQuery(_ s: Int) -> Int { causal ? min(queries, max(0, s - keys + queries)) : 0 }

  /// The query behind the last one that may see key `s`.
  @inline(__always) func lastQuery(_ s: Int) -> Int {
    window == 0 ? queries : min(queries, max(0, s - keys + queries + window))
  }
}

/// Rows of numbers for each sequence, head and position; the numbers of a row stand one behind the other.
public struct AttentionRows<T> {
  public var pointer: UnsafeMutablePointer<T>
  /// Elements from one sequence, head, position to the next.
  public var batch: Int, head: Int, row: Int

  public init(_ pointer: UnsafeMutablePointer<T>, batch: Int, head: Int, row: Int) {
    self.pointer = pointer
    self.batch = batch
    self.head = head
    self.row = row
  }

  @inline(__always) func at(_ n: Int, _ h: Int, _ t: Int) -> UnsafeMutablePointer<T> {
    pointer + (n &* batch &+ h &* head &+ t &* row)
  }
}

/// A number for each sequence, head, query and key; steps of 0 repeat.
public struct AttentionGrid<T> {
  public var pointer: UnsafeMutablePointer<T>
  public var batch: Int, head: Int, row: Int, column: Int

  public init(_ pointer: UnsafeMutablePointer<T>, batch: Int, head: Int, row: Int, column: Int) {
    self.pointer = pointer
    self.batch = batch
    self.head = head
    self.row = row
    self.column = column
  }

  @inline(__always) func at(_ n: Int, _ h: Int, _ t: Int) -> UnsafeMutablePointer<T> {
    pointer + (n &* batch &+ h &* head &+ t &* row)
  }
}
