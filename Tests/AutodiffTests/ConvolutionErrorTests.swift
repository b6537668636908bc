import Autodiff
import Tensors
import XCTest

/// What convolutions, pools and resizing refuse, with the sentence that a person reads.
final class ConvolutionErrorTests: XCTestCase {
  private func check(_ wanted: String, line: UInt = #line, _ body: () throws -> Any) {
    do {
      _ = try body()
      XCTFail("took what it should refuse", line: line)
    } catch {
      XCTAssertEqual("\(error)", wanted, line: line)
    }
  }

  func testConvolutions() throws {
    let x = try Tensor.zeros([2, 3, 5, 4])
    let w = try Tensor.zeros([4, 3, 3, 3])
    check("the kernel covers 7 x 3 places, but the padded input has only 5 x 4") {
      try x.convolution2d(w, nil, .init(dilation: [3, 1]))
    }
    check("the kernel covers 3 places, but the padded input has only 2") {
      try Tensor.zeros([1, 1, 2]).convolution1d(.zeros([1, 1, 3]))
    }
    check(
      "the input of shape {2, 3, 5, 4} has 3 channels, but a weight of shape {4, 2, 3, 3} with groups = 1 wants 2"
    ) { try x.convolution2d(.zeros([4, 2, 3, 3])) }
    check("groups = 3 does not divide the 4 output channels of the weight") {
      try x.convolution2d(.zeros([4, 1, 3, 3]), nil, .init(groups: 3))
    }
    check("groups must be at least 1, found 0") { try x.convolution2d(w, nil, .init(groups: 0)) }
    check("needs {batch, channels, height, width}, or no batch, found shape {5, 4}") {
      try Tensor.zeros([5, 4]).convolution2d(w)
    }
    check("the weight has shape {4, 3, 3}, wanted {outputs, inputs / groups, height, width}") {
      try x.convolution2d(.zeros([4, 3, 3]))
    }
    check("the bias has shape {3}, wanted one number for each output channel, {4}") {
      try x.convolution2d(w, .zeros([3]))
    }
    check("stride must be at least 1, found 0") { try x.convolution2d(w, nil, .init(stride: [1, 0])) }
    check("padding must be at least 0, found -1") { try x.convolution2d(w, nil, .init(padding: .places([-1]))) }
    check("dilation must be at least 1 and below 2^31, found 2147483648") {
      try x.convolution2d(w, nil, .init(dilation: [1 << 31]))
    }
    check("stride must be one number or {height, width}, found 3 numbers") {
      try x.convolution2d(w, nil, .init(stride: [1, 1, 1]))
    }
    check("padding 'same' needs a stride of 1, found {2}") {
      try x.convolution2d(w, nil, .init(stride: [2], padding: .same))
    }
    check("stride, dilation or padding are too large: one row of output sees more than 2^28 places") {
      try x.convolution2d(
        w, nil, .init(stride: [1 << 30], padding: .places([1 << 30]), dilation: [1 << 29]))
    }
    check("found float32 and float64; convert one with :to(\"float32\")") {
      try x.convolution2d(.zeros([4, 3, 3, 3], .float64))
    }
  }

  func testTransposedConvolutions() throws {
    let x = try Tensor.zeros([2, 3, 5, 4])
    check("the input of shape {2, 3, 5, 4} has 3 channels, but a weight of shape {4, 2, 3, 3} wants 4") {
      try x.transposedConvolution2d(.zeros([4, 2, 3, 3]))
    }
    check("output_padding must be below stride or dilation (2), found 2") {
      try x.transposedConvolution2d(.zeros([3, 2, 3, 3]), nil, .init(stride: [2]), outputPadding: [2])
    }
    check("groups = 2 does not divide the 3 input channels of the weight") {
      try x.transposedConvolution2d(.zeros([3, 2, 3, 3]), nil, .init(groups: 2))
    }
    check("an input of shape {1, 1, 1} gives an output of size -2, which cannot exist") {
      try Tensor.zeros([1, 1, 1]).transposedConvolution1d(.zeros([1, 1, 2]), nil, .init(padding: .places([2])))
    }
    check("padding must be given in places; 'same' has no meaning for a transposed convolution") {
      try x.transposedConvolution2d(.zeros([3, 2, 3, 3]), nil, .init(padding: .same))
    }
  }

  func testPoolsAndResizing() throws {
    let x = try Tensor.zeros([2, 3, 5, 4])
    check("the kernel covers 6 places, but the padded input has only 5 (shape {2, 3, 5, 4})") {
      try x.maxPool(dims: 2, PoolOptions(kernel: [6, 2]))
    }
    check("padding must be at most half of the kernel, found padding 2 for a kernel of 3") {
      try x.averagePool(dims: 2, PoolOptions(kernel: [3], padding: [2]))
    }
    check("kernel_size must be one number or {height, width}, found 0 numbers") {
      try x.maxPool(dims: 2, PoolOptions(kernel: []))
    }
    check("needs {..., channels, height, width}, found shape {5, 4}") {
      try Tensor.zeros([5, 4]).adaptiveAveragePool(dims: 2, output: [1])
    }
    check("cannot pool an empty input of shape {1, 0, 3}") {
      try Tensor.zeros([1, 0, 3]).adaptiveMaxPool(dims: 2, output: [1])
    }
    check("output_size must be at least 1, found 0") { try x.adaptiveMaxPool(dims: 2, output: [0]) }
    check("needs either size or scale_factor") { try x.interpolate() }
    check("mode 'linear' needs three dimensions, found shape {2, 3, 5, 4}") {
      try x.interpolate(scale: 2, mode: .linear)
    }
    check("scale_factor 0.1 makes size 5 into 0.0") { try x.interpolate(scale: 0.1) }
    check("align_corners has no meaning in mode 'nearest'") { try x.interpolate(scale: 2, alignsCorners: true) }
    check("2 groups do not divide the 3 channels of shape {2, 3, 5, 4}") { try x.groupNorm(2) }
  }

  /// NaN shows, and the gradient goes to the first of equal numbers.
  func testTiesAndNaN() throws {
    let x = try Tensor.from([1, 1, 2, .nan, 1, 1, 2, 2] as [Float], shape: [1, 2, 4])
    x.requiresGradient = true
    let y = try x.maxPool(dims: 2, PoolOptions(kernel: [2])).y
    XCTAssertEqual(y.toDoubles()[0], 1)
    XCTAssertTrue(y.toDoubles()[1].isNaN)
    try y.backward(seed: .ones(y.shape))
    XCTAssertEqual(x.gradient?.toDoubles(), [1, 0, 0, 1, 0, 0, 0, 0])
  }
}
