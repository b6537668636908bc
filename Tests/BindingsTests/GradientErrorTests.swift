import XCTest

/// What gradients refuse, and what they say.
final class GradientErrorTests: XCTestCase {
  private func check(_ statement: String, _ expected: String, line: UInt = #line) {
    let setUp = "local w = lab.ones{2}:requires_grad_()\nlocal loss = (w * w):sum()\n"
    XCTAssertEqual(message(setUp + statement), "script.lua:3: " + expected, line: line)
  }

  func testWalks() {
    check(
      "loss:backward() loss:backward()",
      "backward: the graph behind 'sum' was freed by an earlier backward; pass {retain_graph = true} to the first call to walk it twice"
    )
    check(
      "local y = w * 2 y:backward()",
      "backward: only a single number has a gradient by itself; this tensor has shape {2}: reduce it with :sum() or :mean(), or pass a starting gradient"
    )
    check(
      "lab.ones{1}:sum():backward()",
      "backward: this tensor does not depend on anything that requires a gradient; call :requires_grad_() on what should be learned"
    )
    check(
      "loss:backward({retain = true})", "backward: unknown option 'retain'; the options are retain_graph, create_graph")
    check(
      "lab.grad(loss, {lab.ones{2}})",
      "grad: input 1 does not require a gradient; call :requires_grad_() on it before it is used")
    check(
      "lab.grad(loss, {lab.ones{2}:requires_grad_()})",
      "grad: the output does not depend on input 1; pass {allow_unused = true} to get zeros for it")
    check(
      "lab.ones({2}, 'int64'):requires_grad_()",
      "requires_grad_: only floating-point tensors have gradients, found int64")
  }

  func testChangesInPlace() {
    check(
      "w:add_(1)",
      "add_: a tensor that requires a gradient cannot be changed in place; do it inside lab.no_grad(function() ... end)"
    )
    check(
      "loss:mul_(2)",
      "mul_: a result that gradients flow through cannot be changed in place; use the out-of-place form or :detach():clone() first"
    )
    check(
      "lab.no_grad(function() w:add_(1) end) loss:backward()",
      "backward: a tensor that the gradient of 'mul' needs was changed in place afterwards; use the out-of-place form, or change it before"
    )
    check(
      "local y = w:exp() y:detach():add_(1) y:sum():backward()",
      "backward: a tensor that the gradient of 'exp' needs was changed in place afterwards; use the out-of-place form, or change it before"
    )
    check(
      "w.grad = lab.ones{3}",
      "grad must have shape {2} and dtype float32, found {3} and float32")
  }

  func testOwnGradients() {
    check(
      "lab.custom_gradient(function(x) return 3 end, print)(w)",
      "custom_gradient: the forward function must return a Tensor")
    check(
      "lab.custom_gradient(function(x) return x * 2 end, function() return lab.ones{3} end)(w):sum():backward()",
      "backward: the backward function gave shape {3} for an input of shape {2}")
    check(
      "local y = w * 2 y:register_hook(function() return lab.ones{3} end) y:sum():backward()",
      "backward: a gradient hook returned shape {3}, but the gradient has {2}")
    check("lab.straight_through(w, 3)", "straight_through: argument 2 (soft) must be a Tensor, but is 3")
    check(
      "lab.straight_through(w, lab.ones{3})",
      "straight_through: hard is float32 {2}, but soft is float32 {3}; they must agree"
    )
    check(
      "lab.hvp(function(x) return x end, w, w)",
      "hvp: the function must return a Tensor with one element, but returned shape {2}")
    check("lab.hvp(3, w, w)", "hvp: argument 1 (f) must be a function, but is 3")
    check(
      "lab.value_and_grad(function(x) return x:sum() end)(3)", "value_and_grad: argument 1 must be a Tensor, but is 3")
    check(
      "lab.per_sample_grad(function(x) return x:sum() end, {w}, lab.ones{2}, lab.ones{3})",
      "per_sample_grad: argument 4 has 3 rows, but argument 3 has 2")
  }
}
