/// The windows of pooling along one dimension.
public struct PoolAxis: Sendable, Equatable {
  /// The size that is pooled.
  public let size: Int
  /// For each output position the first place of its window, and the place behind the last, inside of the input.
  public let starts: [Int32], ends: [Int32]
  /// Places between neighbours of a window.
  public let step: Int
  /// What an average divides by: the places of the window, with or without those in the padding.
  public let spans: [Int32]
  public var count: Int { starts.count }

  /// Windows of `kernel` places, `stride` apart, over an input padded on both sides.
  ///
  /// - Parameter countsPadding: whether places in the padding count in an average.
  public init(
    size: Int, output: Int, kernel: Int, stride: Int, padding: Int, dilation: Int = 1, countsPadding: Bool = true
  ) {
    self.size = size
    step = dilation
    let reach = (kernel - 1) * dilation + 1
    var (starts, ends, spans): ([Int32], [Int32], [Int32]) = ([], [], [])
    for i in 0..<output {
      let first = i * stride - padding
      let start = first < 0 ? first + (-first + dilation - 1) / dilation * dilation : first
      let end = max(start, min(first + reach, size))
      starts.append(Int32(start))
      ends.append(Int32(end))
      spans.append(Int32(countsPadding ? min(first + reach, size + padding) - first : end - start))
    }
    (self.starts, self.ends, self.spans) = (starts, ends, spans)
  }

  /// `output` windows that cover the input evenly: from `floor(i size / output)` to `ceil((i + 1) size / output)`.
  public init(size: Int, adaptiveTo output: Int) {
    self.size = size
    step = 1
    starts = (0..<output).map { Int32($0 * size / output) }
    ends = (0..<output).map { (i: Int) -> Int32 in Int32(((i + 1) * size + output - 1) / output) }
    spans = zip(starts, ends).map { (start: Int32, end: Int32) -> Int32 in end - start }
  }

  /// Whether the windows are neighbouring pairs, which have a faster loop.
  var isPairs: Bool {
    guard step == 1 else { return false }
    for i in 0..<count where Int(starts[i]) != 2 * i || Int(ends[i]) != 2 * i + 2 { return false }
    return true
  }
}
