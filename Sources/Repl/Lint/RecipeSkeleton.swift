import Basics

/// The text that `perilune new THEME/NAME` writes: a small recipe that runs, with one claim and one control.
public struct RecipeSkeleton {
  public let theme: String
  public let name: String

  /// - Throws: `Failure` for anything but `theme/name` in letters, digits, `-` and `_`.
  public init(_ path: String) throws {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }
    guard parts.count == 2, isPlain else {
      throw Failure(
        .argument, "write THEME/NAME with letters, digits, '-' and '_', as in curriculum/hard-first, not '\(path)'")
    }
    (theme, name) = (parts[0], parts[1])
  }

  public var text: String {
    let title = name.split(separator: "-").joined(separator: " ")
    return """
      -- %% [markdown]
      -- # \(title.prefix(1).uppercased() + title.dropFirst())
      -- What is asked, why it matters, and what the paper found. This skeleton asks whether a net with a hidden layer
      -- learns what a straight line cannot: the XOR of two signs.
      -- %%
      local P = lab.recipe{
        id = "\(name)", theme = "\(theme)", paper = "",
        params = {
          hidden = lab.int(16, {min = 1, help = "units of the hidden layer"}), steps = 300,
          lr = lab.num(0.05, {min = 0}), nonlinear = lab.flag(true, {help = "whether there is a ReLU between the layers"}),
        },
        seeds = 5, smoke = { steps = 5 },
      }

      -- %% Claims come before the trials, so that no result can choose them.
      lab.claim("a hidden layer beats chance by far", { measure = function(r) return r.accuracy end, above = 0.8 })
      lab.control("two linear layers are one linear layer", { set = { nonlinear = false }, breaks = 1 })

      -- %% The data of a trial: two numbers, and whether their signs differ.
      local function data(run, name, count)
        local x = lab.randn({count, 2}, {rng = run:rng(name)})
        local y = (x[{{}, 1}] * x[{{}, 2}]):lt(0):to("int64") + 1
        return x, y
      end

      -- %%
      local r = lab.trials(function(run)
        local x, y = data(run, "train", 256)
        local test_x, test_y = data(run, "test", 512)
        local net = lab.nn.Sequential{
          lab.nn.Linear(2, P.hidden), P.nonlinear and lab.nn.ReLU() or lab.nn.Identity(), lab.nn.Linear(P.hidden, 2),
        }
        local opt = lab.optim.AdamW(net, { lr = P.lr })
        for step = 1, P.steps do
          local loss = lab.nn.cross_entropy(net(x), y)
          opt:minimize(loss)
          run:log(step, { loss = loss })
        end
        return { accuracy = net(test_x):argmax(2):eq(test_y):to("float32"):mean():item() }
      end)

      -- %%
      lab.plot.bars{ r, title = "accuracy on new points", interval = true }

      """
  }
}
