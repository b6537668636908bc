-- %% [markdown]
-- # Cycling between few easy examples and all of them
-- A curriculum shows easy examples first and lets the rest in later. Cyclical Curriculum Learning goes back and forth: an epoch
-- on a quarter of the data, one on half, one on all, one on half, and again. Scores decide who is in: with s_i the probability that
-- an earlier copy of the model, trained once, gives to the label of example i, an epoch of size n draws n examples without
-- replacement, with chances in proportion to s_i. Sizes n follow
--
--     n(1) = 1/4,    n(t+1) = 2 n(t) up to 1, then n(t) / 2 down to 1/4, ...
--
-- Every arm gets the same number of presentations, so shrinking buys more epochs, not less work. Rival explanations are arms:
-- the size changes without scores (uniform), scores without cycles (rising, falling), reversed scores (inverted), and a plain shuffle of
-- the examples with the best scores (filter). The last matters because 15 % of the labels here are wrong and s_i is low for them:
-- what filtering alone gains is not a gain of cycling.
--
-- Smaller here: 8x8 digits and a network with 64 hidden units; the paper has 18 data sets and 15 architectures. What would refute it: an accuracy
-- gain over a plain shuffle that is below 0.002, or that a cycle without scores has as well.
-- %%
local P = lab.recipe {
  id = "cyclical-curriculum", title = "Cycling between few easy examples and all of them", year = 2022,
  paper = "Cyclical Curriculum Learning", theme = "curriculum",
  params = {
    examples = lab.int(600, { min = 20, help = "training images" }),
    noise = lab.num(0.15, { min = 0, max = 0.9, help = "part of the labels that is wrong" }),
    epochs = lab.int(30, { min = 1, help = "presentations of each example, on average" }),
    smallest = lab.num(0.25, { min = 0.01, max = 1, help = "size of the smallest epoch" }),
    lr = 1e-3, batch = 32,
  },
  seeds = 30, smoke = { epochs = 1 },
}

-- %%
local digits = lab.data.digits()

-- A part of the labels becomes another digit.
local function with_wrong_labels(set, rng)
  local wrong = lab.bernoulli({ #set }, P.noise, { rng = rng })
  local shift = lab.randint({ #set }, 1, 9, { rng = rng })
  local y = lab.where(wrong:gt(0), (set.y - 1 + shift) % 10 + 1, set.y)
  return set:with("y", y)
end

local function network() return lab.nn.Sequential{ lab.nn.Linear(64, 64), lab.nn.ReLU(), lab.nn.Linear(64, 10) } end

local function train(net, set, order, rng)
  local opt = lab.optim.Adam(net, { lr = P.lr })
  for _, batch in set:batches(P.batch, { order = order, presentations = P.epochs * P.examples, rng = rng }) do
    opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y))
  end
  return net
end

-- The probability that a model trained on the set gives to each label of the set.
local function scores(set, rng)
  local model = train(network(), set, set:order("shuffle"), rng)
  return lab.no_grad(function()
    return model(set.x):softmax(2):gather(2, set.y:unsqueeze(2)):squeeze(2)
  end)
end

local names = { "shuffle", "cyclical", "uniform", "rising", "falling", "inverted", "filter" }

local r = lab.trials(function(run)
  local clean, test = digits:split(P.examples / #digits, { rng = run:rng("split") })
  local noisy = with_wrong_labels(clean, run:rng("noise"))
  local score = scores(noisy, run:rng("scores"))
  local set = noisy:with("score", score):with("doubt", 1 - score):with("same", lab.ones(score.shape))
  local cycle = lab.pace.cycle{ from = P.smallest, to = 1, factor = 2 }
  local trusted = set:filter(function(row) return row.score > score:quantile(P.noise):item() end)

  local arms = {
    shuffle = set:order("shuffle"),
    cyclical = set:order{ weights = "score", pace = cycle },
    uniform = set:order{ weights = "same", pace = cycle },
    rising = set:order{ weights = "score", pace = lab.pace.linear(P.smallest, 1) },
    falling = set:order{ weights = "score", pace = lab.pace.linear(1, P.smallest) },
    inverted = set:order{ weights = "doubt", pace = cycle },
    filter = trusted:order("shuffle"),
  }
  local start, accuracy = network(), {}
  for _, name in ipairs(names) do
    local net = train(start:clone(), arms[name].dataset, arms[name], run:rng("order"))
    accuracy[name] = lab.no_grad(function() return net(test.x):argmax(2):eq(test.y):mean() end)
  end
  return accuracy
end)

-- %%
print(r)
lab.plot.bars{ r, title = "accuracy on clean unseen digits, equal presentations" }
