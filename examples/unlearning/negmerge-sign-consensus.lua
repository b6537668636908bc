-- %% [markdown]
-- # Unlearning with the weights on which all fine-tunings agree
-- To make a model forget a set of images, fine-tune it on just these, take the task vector `tau = theta - theta_0`, and walk the other way:
-- `theta_0 - alpha tau`. How well that works depends on how the fine-tuning was done, so one has to try many settings and pick. NegMerge
-- uses all of them instead of one: of N vectors it keeps the weights whose change has the same sign in every one,
--
-- `merged_j = mean_i tau_ij` where all N signs agree, else 0, and `theta = theta_0 - alpha merged`,
--
-- with the alpha that forgets most while accuracy on what must stay is at least 95 % of the original model's. The idea: what every fine-tuning does belongs
-- to the forget set, what only some do is an accident of their settings, and hurts the rest when negated.
--
-- **What is smaller here.** A network of 26 thousand weights on 8x8 digits, instead of CLIP. The original model learns the digits as they are (1000 images)
-- and inverted (500). The inverted ones are to be forgotten, the plain ones to stay; both share the ten classes. 24 candidates: three learning rates, two
-- weight decays, four lengths, the last layer frozen. (The four lengths of a setting are four points of one run, so there are six independent runs; the
-- paper's have more variety.)
-- %%
local P = lab.recipe {
  id = "negmerge-sign-consensus", paper = "NegMerge: Sign-Consensual Weight Merging for Machine Unlearning", year = 2025, theme = "unlearning",
  params = {
    steps = lab.int(300, { min = 1, help = "of training the original model" }),
    unit = lab.int(25, { min = 1, help = "the candidates fine-tune for 1, 2, 4 and 8 times so many steps" }),
    keep = lab.num(0.95, { min = 0, max = 1, help = "share of the retained accuracy that must stay" }),
    lengths = lab.int(40, { min = 1, help = "how many lengths of a vector are tried" }),
    mask = lab.choice("agree", { "agree", "random" }, { help = "random: as many weights of each layer, drawn blindly" }),
  },
  seeds = 12, smoke = { steps = 5, unit = 1, lengths = 3 },
}

-- %% [markdown]
-- **Rival explanations.** Sparsity alone (a blind mask of the same density), averaging alone (the plain mean), another merge (TIES), and the complement: the
-- weights on which the candidates disagree. All vectors get the same grid of lengths and the same rule.
--
-- **What would refute it.** A consensus that forgets no more than the average candidate or than the mean, or a complement that forgets as much.
--
-- **Thresholds.** Pilot seeds 1000 to 1005: consensus leaves 0.44 of the forgotten images right; the average candidate 0.06 more, the worst 0.33 more, the
-- mean 0.15 more, the complement 0.23 more. Estimates before any run: 0, 0.1 in every seed, 0 and 0.08. One pilot seed of six broke "in every seed" (0.07),
-- so that condition became: on average more than 0.17, half of the pilot's effect. The others stand. The differences vary much from seed to seed, because
-- near the 95 % limit forgetting is steep: one percent of retained accuracy is worth ten of forgetting.
-- %%
lab.claim("consensus forgets more than an arbitrary candidate, without selection", {
  { measure = function(r) return r.candidate - r.consensus end, above = 0 },
  { measure = function(r) return r.worst - r.consensus end, above = 0.17 },
})
lab.claim("the agreeing weights forget more than the others", {
  measure = function(r) return r.conflict - r.consensus end, above = 0.08,
})
lab.claim("consensus forgets more than the plain mean", { measure = function(r) return r.mean - r.consensus end, above = 0 })
lab.control("a blind choice of as many weights is no consensus", { set = { mask = "random" }, breaks = 1 })

-- %%
local digits = lab.data.digits()
local RATES, DECAYS, LENGTHS = { 3e-4, 1e-3, 3e-3 }, { 0, 0.1 }, { 1, 2, 4, 8 }

local function inverted(set) return set:with("x", 1 - set.x) end

local function train(net, set, opt, steps, rng)
  for _, batch in set:batches(64, { steps = steps, rng = rng }) do
    opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y), { clip = 1 })
  end
end

local function candidates(net, forget, run)                            -- 24 task vectors
  local base, list = net:weights(), {}
  net:freeze("5.*")
  for _, lr in ipairs(RATES) do
    for _, decay in ipairs(DECAYS) do
      net:load(base)
      local opt, done = lab.optim.AdamW(net, { lr = lr, weight_decay = decay }), 0
      for _, length in ipairs(LENGTHS) do
        train(net, forget, opt, (length - done) * P.unit, run:rng(string.format("tune %g %g %d", lr, decay, length)))
        done = length
        list[#list + 1] = net:weights() - base
      end
    end
  end
  net:unfreeze("5.*")
  return list
end

local function signs(tau) return tau:map(function(_, t) return t:sign() end) end
local function masked(tau, mask) return tau:map(function(name, t) return t * mask[name] end) end
local function total(list)
  local sum = list[1]
  for i = 2, #list do sum = sum + list[i] end
  return sum
end

local function blind(mask, rng)                                        -- as dense in each layer, but drawn at random
  return mask:map(function(_, m) return lab.rand(m.shape, { rng = rng }):lt(m:mean():item()):to("float32") end)
end

-- TIES: of each vector only the largest fifth of the changes; the mean of those that have the sign of their sum.
local function ties(list)
  local trimmed = {}
  for i, tau in ipairs(list) do
    local limit = tau:flatten():abs():quantile(0.8):item()
    trimmed[i] = tau:map(function(_, t) return t * t:abs():gt(limit):to("float32") end)
  end
  local elected, sum, count = signs(total(trimmed)), list[1]:zeros_like(), list[1]:zeros_like()
  for _, tau in ipairs(trimmed) do
    local agrees = tau:map(function(name, t) return (t * elected[name]):gt(0):to("float32") end)
    sum, count = sum + masked(tau, agrees), count + agrees
  end
  return sum:map(function(name, t) return t / count[name]:maximum(1) end)
end

-- %%
local r = lab.trials(function(run)
  local seen, held, unseen = digits:split({ 1000 / #digits, 400 / #digits }, { rng = run:rng("split") })
  local forget = inverted(seen:take(500))
  local net = lab.nn.Sequential{
    lab.nn.Linear(64, 128), lab.nn.ReLU(), lab.nn.Linear(128, 128), lab.nn.ReLU(), lab.nn.Linear(128, 10),
  }
  train(net, seen:concat(forget), lab.optim.AdamW(net, { lr = 1e-3 }), P.steps, run:rng("original"))
  local base = net:weights()

  local function accuracy(weights, set)
    net:load(weights)
    return lab.no_grad(function() return net(set.x):argmax(2):eq(set.y):mean():item() end)
  end
  -- Lengths from 0.2 in steps of a tenth, the same for all vectors whatever their norm. Among those that keep what must stay (on validation
  -- images), the one that forgets most; what counts is its accuracy on forgotten test images.
  local floor = P.keep * accuracy(base, held)
  local function negate(tau)
    local best, least = base, 2
    for k = 1, P.lengths do
      local weights = base - (0.2 * 1.1 ^ k / tau:norm()) * tau
      if accuracy(weights, held) < floor then break end
      local left = accuracy(weights, inverted(held))
      if left < least then best, least = weights, left end
    end
    return accuracy(best, inverted(unseen)), accuracy(best, unseen) / accuracy(base, unseen)
  end

  local list = candidates(net, forget, run)
  local mean, agree = total(list) / #list, lab.merge.agreement(list)     -- ones where all signs agree; a frozen layer has none
  local out = { original = accuracy(base, inverted(unseen)), candidate = 0, worst = 0, best = 1, each = {} }
  for i, tau in ipairs(list) do
    local left = negate(tau)
    out.each[i] = left
    out.candidate, out.worst, out.best = out.candidate + left / #list, math.max(out.worst, left), math.min(out.best, left)
  end
  local merged = P.mask == "agree" and lab.merge.sign_consensus(list) or masked(mean, blind(agree, run:rng("instead")))
  out.consensus, out.kept = negate(merged)
  out.mean = negate(mean)
  out.conflict = negate(mean - merged)
  out.blind = negate(masked(mean, blind(agree, run:rng("blind"))))
  out.ties = negate(ties(list))
  out.agreeing = (agree["1.weight"]:mean() + agree["3.weight"]:mean()) / 2
  return out
end)

-- %% [markdown]
-- **Result** (seeds 1 to 12). Of 0.88, consensus leaves 0.43, the average candidate 0.50, the mean of the same vectors
-- 0.58, TIES 0.67, the worst candidate 0.77. A blind mask of the same density leaves 0.61: it is not sparsity that
-- helps. That the agreeing weights alone carry the effect stays undecided: the complement leaves 0.14 more, but the
-- interval [0.01, 0.26] straddles 0.08, since in some seeds negating the complement forgets as much.
-- %%
print(r)
lab.plot.bars{ r.original, r.worst, r.candidate, r.mean, r.ties, r.blind, r.conflict, r.consensus,
  names = { "original", "worst of 24", "candidate", "mean", "TIES", "blind mask", "conflict", "consensus" },
  title = "Accuracy on the forgotten images at 95 % of the retained accuracy (lower is better)" }
-- %% [markdown]
-- Why selection is hard, and what consensus does not replace: the shortest fine-tunings forget best when negated, the longest worst. The best candidate of
-- each seed, picked by looking at the test images, leaves 0.24; consensus is what one gets without looking.
-- %%
lab.plot.line{ r.each, title = "Each candidate alone: rate by rate, decay by decay, short to long", x_label = "candidate",
  y_label = "accuracy on forgotten images" }
