import Foundation
import Kernels
import XCTest

/// Layers for images: shapes, names, options and messages as scripts see them.
final class VisionLayerTests: XCTestCase {
  func testShapesAndPrinting() throws {
    XCTAssertEqual(
      try run(
        """
        local nn = lab.nn
        local x = lab.randn{2, 4, 9, 8}
        print(nn.Conv2d(4, 6, 3)(x).shape, nn.Conv2d(4, 6, {3, 5}, {stride = 2, padding = {1, 2}})(x).shape)
        print(nn.Conv2d(4, 4, 3, {padding = "same", groups = 4, bias = false})(x).shape)
        print(nn.ConvTranspose2d(4, 2, 3, {stride = 2, padding = 1, output_padding = {0, 1}})(x).shape)
        print(nn.Conv1d(9, 2, 3, {dilation = 2})(x[1]).shape, nn.ConvTranspose1d(9, 2, 3)(x[1]).shape)
        print(nn.MaxPool2d(2)(x).shape, nn.AvgPool2d({3, 2}, {stride = 1})(x).shape, nn.MaxPool1d(2)(x).shape)
        print(nn.AdaptiveAvgPool2d(1)(x).shape, nn.AdaptiveMaxPool2d{2, 3}(x).shape, nn.AdaptiveAvgPool1d(3)(x).shape)
        print(nn.Upsample{scale_factor = 2}(x).shape, nn.Upsample{size = {3, 4}, mode = "bilinear"}(x).shape)
        print(nn.GroupNorm(2, 4)(x).shape, nn.BatchNorm2d(4)(x).shape)
        print(nn.Conv2d(4, 4, 3, {padding = 1, stride = 2, groups = 2}))
        print(nn.MaxPool2d(2), table.concat(nn.Conv2d(1, 2, {3, 1}):weights():names(), " "))
        """),
      """
      {2, 6, 7, 6}\t{2, 6, 5, 4}
      {2, 4, 9, 8}
      {2, 2, 17, 16}
      {4, 2, 4}\t{4, 2, 10}
      {2, 4, 4, 4}\t{2, 4, 7, 7}\t{2, 4, 9, 4}
      {2, 4, 1, 1}\t{2, 4, 2, 3}\t{2, 4, 9, 3}
      {2, 4, 18, 16}\t{2, 4, 3, 4}
      {2, 4, 9, 8}\t{2, 4, 9, 8}
      Conv2d (weight {4, 2, 3, 3}, bias {4}) stride 2 x 2, padding 1 x 1, groups 2  76 parameters
      MaxPool2d windows of 2 x 2\tweight bias

      """)
  }

  func testMessages() {
    let wanted = [
      "lab.nn.Conv2d(4, 6, 3, {groups = 3})": "Conv2d: groups = 3 does not divide the 4 input channels",
      "lab.nn.Conv2d(4, 6, {1, 2, 3})":
        "Conv2d: argument 3 (kernel_size) must be a number or {height, width}, but is a table of 3 numbers",
      "lab.nn.Conv2d(4, 6, 0)": "Conv2d: argument 3 (kernel_size) must be a whole number from 1, but is 0",
      "lab.nn.Conv2d(4, 6, 3, {padding = 'full'})":
        "Conv2d: option 'padding' must be a number, a table of them, 'same' or 'valid', but is 'full'",
      "lab.nn.Conv1d(4, 6, 3, {strid = 2})": "Conv1d: unknown option 'strid'; did you mean 'stride'?",
      "lab.nn.MaxPool2d(2, {stride = 0})": "MaxPool2d: option 'stride' must be a whole number from 1, but is 0",
      "lab.nn.Upsample{}":
        "Upsample: needs either size or scale_factor, as in lab.nn.Upsample{scale_factor = 2}",
      "lab.nn.GroupNorm(3, 4)": "GroupNorm: 3 groups do not divide the 4 channels",
      "lab.nn.BatchNorm2d(3)(lab.ones{2, 3})":
        "BatchNorm2d: needs {batch, channels, height, width}, found shape {2, 3}",
    ]
    for (script, text) in wanted.sorted(by: { $0.key < $1.key }) {
      let found = message(script)
      XCTAssertTrue(found.contains(text), "\(script): \(found)")
    }
    XCTAssertTrue(
      message("lab.nn.conv2d(lab.ones{1, 1, 2, 2}, lab.ones{1, 1, 3, 3})").contains(
        "the kernel covers 3 x 3 places, but the padded input has only 2 x 2"))
    XCTAssertTrue(
      message("lab.nn.conv2d(lab.ones{1, 1, 2, 2}, lab.ones{1, 1, 1, 1}, {padding = 'all'})").contains("'same'"))
  }

  func testBatchNormOverImages() throws {
    XCTAssertEqual(
      try run(
        """
        local norm = lab.nn.BatchNorm2d(3, {momentum = 0.25})
        lab.no_grad(function() norm.weight:copy_(lab.tensor{1, 2, 3}); norm.bias:copy_(lab.tensor{0, 1, -1}) end)
        local x = (lab.randn{4, 3, 5, 6} * 4 + 2):requires_grad_()
        local function plain(x)
          local flat = x:transpose(2, 4):reshape{-1, 3}
          local mean, variance = flat:mean(1), flat:var(1, {correction = 0})
          return ((flat - mean) / (variance + 1e-5):sqrt() * norm.weight + norm.bias):reshape{4, 6, 5, 3}:transpose(2, 4), flat
        end
        local y, expected, flat = norm(x), plain(x)
        print((y - expected):abs():max():item() < 1e-4)
        print((norm.running_mean - flat:mean(1) * 0.25):abs():max():item() < 1e-5)
        print((norm.running_var - (0.75 + flat:var(1) * 0.25)):abs():max():item() < 1e-4)
        local seed = lab.randn{4, 3, 5, 6}
        local a = lab.grad((norm(x) * seed):sum(), {x, norm.weight, norm.bias})
        local b = lab.grad((plain(x) * seed):sum(), {x, norm.weight, norm.bias})
        for i = 1, 3 do print((a[i] - b[i]):abs():max():item() < 1e-3) end
        norm:eval()
        local z = norm(x)
        local scaled = (x:transpose(2, 4) - norm.running_mean) / (norm.running_var + 1e-5):sqrt() * norm.weight + norm.bias
        print((z - scaled:transpose(2, 4)):abs():max():item() < 1e-4)
        """), "true\ntrue\ntrue\ntrue\ntrue\ntrue\ntrue\n")
  }

  /// A small network with every kind of layer gives the same weights at any number of threads, tiles in any order.
  func testDeterminism() throws {
    defer {
      Parallel.threads = 1
      Parallel.scrambleOrder(0)
    }
    let script = """
      local nn = lab.nn
      local train = lab.data.digits():split(0.8, {rng = lab.rng(4)})
      local net = nn.Sequential{
        nn.Conv2d(1, 16, 3, {padding = 1}), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 16, 3, {padding = "same", groups = 16}), nn.GroupNorm(4, 16), nn.ReLU(), nn.Upsample{scale_factor = 2},
        nn.Conv2d(16, 32, 3, {stride = 2}), nn.ReLU(), nn.AvgPool2d(2, {padding = 1}), nn.ConvTranspose2d(32, 8, 2, {stride = 2}),
        nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 10),
      }
      local opt = lab.optim.SGD(net, {lr = 0.05, momentum = 0.9})
      for _, batch in train:batches(100, {steps = 4, rng = lab.rng(1)}) do
        opt:minimize(nn.cross_entropy(net(batch.x:reshape{-1, 1, 8, 8}), batch.y))
      end
      for name, tensor in pairs(net:weights()) do
        local sum = 0
        for _, value in ipairs(tensor:reshape{-1}:totable()) do
          sum = (sum * 31 + string.unpack("<I4", string.pack("<f", value))) & 0xffffffffffff
        end
        print(name, sum)
      end
      """
    Parallel.threads = 1
    let expected = try run(script)
    XCTAssertGreaterThan(expected.count, 300)
    for threads in 1...4 {
      Parallel.threads = threads
      Parallel.scrambleOrder(UInt64(threads - 1) * 17)
      XCTAssertEqual(try run(script), expected, "\(threads) threads")
    }
  }

  /// A small network reads the digits: over 98 % of those it never saw, in the full tier; a shorter training otherwise.
  func testTrainingOnDigits() throws {
    let isFull = ProcessInfo.processInfo.environment["PERILUNE_FULL"] != nil
    let accuracy = try run(
      """
      local nn = lab.nn
      local train, test = lab.data.digits():split(0.8, {rng = lab.rng(1)})
      local net = nn.Sequential{
        nn.Conv2d(1, 16, 3, {padding = "same"}), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, {padding = "same"}), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 10),
      }
      local opt = lab.optim.AdamW(net, {lr = 5e-3})
      for _, batch in train:batches(64, {steps = \(isFull ? 400 : 80), rng = lab.rng(2)}) do
        opt:minimize(nn.cross_entropy(net(batch.x:reshape{-1, 1, 8, 8}), batch.y))
      end
      print(net:eval()(test.x:reshape{-1, 1, 8, 8}):argmax(2):eq(test.y):mean():item())
      """)
    let found = try XCTUnwrap(Double(accuracy.trimmingCharacters(in: .whitespacesAndNewlines)))
    XCTAssertGreaterThan(found, isFull ? 0.98 : 0.93)
  }
}
