-- %% [markdown]
-- # Cycling between few easy examples and all of them
-- A curriculum shows easy examples first and lets the rest in later. Cyclical Curriculum Learning goes back and forth:
-- an epoch on a quarter of the data, one on half, one on all, one on half, and again. With s(i) the probability that
-- an earlier copy of the model, trained once, gives to the label of example i, an epoch t draws a part n(t) of the
-- examples without replacement, with chances in proportion to s(i):
--
--     n(1) = 1/4,    n(t+1) = 2 n(t) until 1 is reached,    then n(t+1) = n(t) / 2 until 1/4 is reached,    and so on
--
-- Rival explanations are arms: the sizes alone (uniform), the scores without a cycle (rising, falling), reversed
-- scores (inverted), and a plain shuffle of the examples with the best scores (filter). The last one matters: 15 % of
-- the labels are wrong here, s(i) is low for them, and what leaving them out gains is filtering of noise, not a gain
-- of cycling. All arms get the same number of presentations and the same initial weights; the model that scores costs
-- the scored arms one more training.
--
-- Smaller here: 600 digits of 8x8 pixels and one network with 64 hidden units, where the paper has 18 data sets and 15
-- architectures. What would refute it: no gain over a shuffle, or a cycle without scores that gains as much.
-- %%
local P = lab.recipe {
  id = "cyclical-curriculum", title = "Cycling between few easy examples and all of them", year = 2022,
  paper = "Cyclical Curriculum Learning", theme = "curriculum",
  params = {
    examples = lab.int(600, { min = 20, help = "training images" }),
    noise = lab.num(0.15, { min = 0, max = 0.9, help = "part of the noisy arm's labels that is wrong" }),
    epochs = lab.int(30, { min = 1, help = "presentations of each example, on average" }),
    smallest = lab.num(0.25, { min = 0.01, max = 1, help = "size of the smallest epoch" }),
    lr = 2e-3, batch = 32,
  },
  seeds = 30, smoke = { epochs = 1, examples = 100 },
}

-- %% [markdown]
-- ## What is claimed
-- On eight pilot seeds a learning rate of 0.002 was the best of 0.0003, 0.001, 0.002 and 0.003 for the *shuffle*
-- (0.932), and is used by all; the other arms were not tuned. There the cycle gained 0.0042 (+-0.0066). The threshold of
-- 0.002 was set before any run and is just under half of that; filtering gained 0.007. The claim about filtering was added
-- after the pilot.
--
-- This setting was picked after about a dozen had been piloted, on four to eight seeds each, and others say otherwise. Gains
-- of the cycle over the shuffle with 600 examples: at a rate of 0.0003, -0.028; at 0.001, -0.0015; at 0.003, +0.009; for 80
-- epochs, +0.011; with 30 % wrong labels, +0.002; without wrong labels, -0.004. With 200 examples, -0.029; with 300 and 30 %,
-- -0.005; with 1000 at 0.0003, -0.009, at 0.001, 0.000, and for 60 epochs at 0.003, +0.023. 600 examples were kept after 1000
-- had shown nothing. So the verdict is about the one setting above, not about curricula at large: the cycle gains where the
-- shuffle learns wrong labels by heart.
-- %%
lab.claim("cycling gains more than 0.002 over a shuffle",
  { measure = function(r) return r.noisy.cyclical - r.noisy.shuffle end, above = 0.002 })
lab.claim("cycling is no worse than a rising curriculum, and needs the scores", {
  { measure = function(r) return r.noisy.cyclical - r.noisy.rising end, above = -0.002 },
  { measure = function(r) return r.noisy.cyclical - r.noisy.uniform end, above = 0 },
})
lab.claim("a shuffle of the examples with good scores is no worse than cycling",
  { measure = function(r) return r.noisy.filter - r.noisy.cyclical end, above = -0.002 })
lab.control("a cycle that never shrinks is no cycle", { set = { smallest = 1 }, breaks = 1 })

-- %%
local digits = lab.data.digits()

-- A part of the labels becomes another digit.
local function with_wrong_labels(set, part, rng)
  local wrong = lab.bernoulli({ #set }, part, { rng = rng })
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

-- %%
local names = { "shuffle", "cyclical", "uniform", "rising", "falling", "inverted", "filter" }

local r = lab.trials({ arms = { "noisy", "clean" } }, function(run)
  local clean, test = digits:split(P.examples / #digits, { rng = run:rng("split") })
  local told = with_wrong_labels(clean, run.arm == "noisy" and P.noise or 0, run:rng("noise"))
  local score = scores(told, run:rng("scores"))
  local set = told:with("score", score):with("doubt", 1 - score):with("same", lab.ones(score.shape))
  local cycle = lab.pace.cycle{ from = P.smallest, to = 1, factor = 2 }
  local limit = score:quantile(P.noise):item()
  local trusted = set:filter(function(row) return row.score > limit end)

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

-- How much each order gains over the shuffle, seed by seed.
local function gains(result, title)
  local bars = { names = {}, title = title }
  for i = 2, #names do
    bars[i - 1], bars.names[i - 1] = result[names[i]] - result.shuffle, names[i]
  end
  lab.plot.bars(bars)
end
gains(r.noisy, string.format("accuracy gained over a shuffle, %.0f %% wrong labels", 100 * P.noise))
gains(r.clean, "the same without wrong labels")

-- %% [markdown]
-- ## What came out
-- With wrong labels the cycle gains about 0.006 and the sizes without scores nothing, so it is the scores that matter.
-- But a plain shuffle without the least trusted examples gains 0.013, a *falling* curriculum, which ends on trusted
-- examples, 0.011, and without wrong labels the cycle loses 0.002. Here the gain of cycling is filtering of noise, and
-- less than half of what filtering alone gives.
