-- %% [markdown]
-- # Editing a model with task arithmetic
-- Fine-tuning moves the weights of a model from `theta_pre` to `theta_t`. The paper calls the difference a task vector,
-- `tau_t = theta_t - theta_pre`, and asks whether it can be used like a vector:
--
-- - *negation*, `theta_pre - s tau_t`, should remove one skill and leave the others;
-- - *addition*, `theta_pre + s (tau_a + tau_b)`, should give one model both skills;
-- - *analogy*, `theta_pre + s (tau_C + tau_B - tau_A)`, should improve task D when A is to B as C is to D, without training on D.
-- %%
local P = lab.recipe {
  id = "task-vectors-arithmetic", paper = "Editing Models with Task Arithmetic", year = 2023, theme = "task-arithmetic",
  params = {
    pretrain = lab.int(120, { min = 1, help = "steps on 150 images of every domain" }),
    finetune = lab.int(80, { min = 1, help = "steps for each task vector" }),
    lr = lab.num(1e-3, { min = 0, help = "of pretraining and fine-tuning" }),
    ascent = lab.num(1e-4, { min = 0, help = "learning rate of gradient ascent" }),
    keep = lab.num(0.97, { min = 0, max = 1, help = "share of the control accuracy that forgetting must leave" }),
    vectors = lab.choice("task", { "task", "random" }, { help = "random: directions without meaning, as long in every layer" }),
  },
  seeds = 8, smoke = { pretrain = 5, finetune = 2 },
}

-- %% [markdown]
-- **What is smaller here.** A network of 99 thousand weights instead of CLIP, and five views of the digits instead of eight data sets. The class of an image
-- is its digit *and* its view, so there are 50 classes. As in the paper the last layer never changes: a fixed random matrix stands in for CLIP's text
-- embeddings, so that all that is learned lies in the body, which the vectors edit. Pretraining sees 150 images of each view and stops early.
--
-- **Rules.** For forgetting, the scale grows until the mean accuracy on the other four views (the control tasks) would fall below 97 % of the pretrained
-- model's on validation images; on test images at least the paper's 95 % must be left. (At 95 % on validation the test lands on the limit itself.) A random
-- vector whose layers are as long as those of the task vector, and gradient ascent on the target, follow the same rule. Addition uses one scale for all ten
-- pairs, chosen on validation; accuracies count as shares of those of the fine-tuned models, and joint training is the upper bound. The analogy's scale is
-- chosen on held-out images of the target, as in the paper, and so is that of every vector it is compared with.
--
-- The analogy is built from halves of the digits: blurred 0-4 (A) to blurred 5-9 (B) as plain 0-4 (C) to plain 5-9 (D). Two things of the paper matter here.
-- Each task has its own classes, so a model that learns 0-4 is not taught to answer "never 5-9"; and real and sketched lions share the label "lion", so a
-- digit's score here sums over the views. With 50 separate classes the gain is zero, and with inverted in the place of blurred images it is about 0.01:
-- inverted pixels excite other hidden units, and what B learns there does not carry over.
--
-- **What would refute it.** Random vectors that forget as selectively; sums that serve the pair no better than the pretrained model; an analogy that gains no
-- more than a random vector does.
--
-- **Thresholds.** Estimates before any run asked for a fall of 0.30, with 0.20 more than a random vector. Pilot seeds 1000 to 1005 gave 0.19 and 0.165, so
-- these are 0.10 and 0.09 (longer fine-tuning does not forget more). The estimate for addition, 0.05, became 0.06 (pilot 0.118, cosine 0.055), that for the
-- analogy, 0.03, became 0.045 (pilot 0.087 over the pretrained model, 0.082 over a random vector).
-- %%
lab.claim("negation forgets the target and little else", {
  { measure = function(r) return r.forgotten end, above = 0.10 },
  { measure = function(r) return r.forgotten - r.forgotten_random end, above = 0.09 },
  { measure = function(r) return r.control end, above = 0.95 },
})
lab.claim("a sum of two vectors serves both tasks", {
  { measure = function(r) return r.sum - r.base end, above = 0.06 },
  { measure = function(r) return r.cosine end, below = 0.3 },
})
lab.claim("an analogy improves a task without its data", {
  { measure = function(r) return r.analogy - r.analogy_base end, above = 0.045 },
  { measure = function(r) return r.analogy - r.analogy_random end, above = 0.045 },
})
lab.control("random vectors do not forget selectively", { set = { vectors = "random" }, breaks = 1 })
lab.control("random vectors do not add skills", { set = { vectors = "random" }, breaks = 2 })

-- %% Five views of the same images
local digits = lab.data.digits()
local names = { "plain", "inverted", "transposed", "shuffled", "blurred" }
local PLAIN, BLURRED = 1, 5
local smear = lab.ones{ 8, 8 }:tril(1):triu(-1) / 3                    -- from both sides: the sum of 3 x 3 pixels, over 9

local function views(set, blocks)
  local image = set.x:reshape{ -1, 8, 8 }
  local pieces = set.x:reshape{ -1, 4, 2, 4, 2 }:permute{ 1, 2, 4, 3, 5 }:reshape{ -1, 16, 4 }      -- blocks of 2 x 2
  local moved = pieces:index_select(2, blocks):reshape{ -1, 4, 4, 2, 2 }:permute{ 1, 2, 4, 3, 5 }
  local list = {}
  for v, x in ipairs{ image, 1 - image, image:transpose(2, 3), moved, smear:matmul(image):matmul(smear) } do
    list[v] = lab.data.from{ x = x:reshape{ -1, 64 }, y = set.y + 10 * (v - 1) }
  end
  return list
end

-- For the analogy: half of the digits, with ids 1 to 5, told apart by the scores of those five only.
local function half(set, low)
  local is_low = ((set.y - 1) % 10):lt(5)
  local part = set:filter(low and is_low or is_low:logical_not())
  return lab.data.from{ x = part.x, y = (part.y - 1) % 5 + 1 }
end
local function half_head(low)                                          -- a digit's score: that of its five classes together
  return function(scores) return scores:reshape{ -1, 5, 10 }:logsumexp(2):narrow(2, low and 1 or 6, 5) end
end

-- %%
local function train(net, set, steps, rng, head)
  local opt = lab.optim.AdamW(net, { lr = P.lr })
  for _, batch in set:batches(64, { steps = steps, rng = rng }) do
    local scores = net(batch.x)
    opt:minimize(lab.nn.cross_entropy(head and head(scores) or scores, batch.y), { clip = 1 })
  end
  return net:weights()
end

local function random_like(tau, rng)                                   -- each layer as long as that of tau
  return tau:map(function(_, t)
    local noise = lab.randn(t.shape, { rng = rng })
    return noise * (t:norm() / noise:norm())
  end)
end

local r = lab.trials(function(run)
  local fixed = lab.randn({ 64, 50 }, { rng = run:rng("head") }) / 8
  local net = lab.nn.Sequential{
    lab.nn.Linear(64, 256), lab.nn.ReLU(), lab.nn.Linear(256, 256), lab.nn.ReLU(), lab.nn.Linear(256, 64),
    function(h) return h:matmul(fixed) end,                            -- a function has no weights: nothing here can be trained
  }
  local blocks = lab.randperm(16, { rng = run:rng("blocks") })
  local seen, held, unseen = digits:split({ 1000 / #digits, 200 / #digits }, { rng = run:rng("split") })
  local training, validation, test = views(seen, blocks), views(held, blocks), views(unseen, blocks)
  local few = views(seen:take(150), blocks)
  local base = train(net, few[1]:concat(table.unpack(few, 2)), P.pretrain, run:rng("pretrain"))

  local function accuracy(weights, set, head)
    net:load(weights)
    return lab.no_grad(function()
      local scores = net(set.x)
      return (head and head(scores) or scores):argmax(2):eq(set.y):mean():item()
    end)
  end
  local function others(weights, sets, target)                         -- the mean accuracy on all views but one
    local total = 0
    for v, set in ipairs(sets) do total = total + (v ~= target and accuracy(weights, set) / 4 or 0) end
    return total
  end
  local function vector(set, name, head)                               -- and the fine-tuned weights
    net:load(base)
    local tau = train(net, set, P.finetune, run:rng("tune " .. name), head) - base
    return P.vectors == "task" and tau or random_like(tau, run:rng("instead " .. name)), base + tau
  end

  local out = { joint = 0 }
  local function add(name, value) out[name] = (out[name] or 0) + value end

  local tau, before, tuned = {}, {}, {}
  for v, name in ipairs(names) do
    local weights
    tau[v], weights = vector(training[v], name)
    before[v], tuned[v] = accuracy(base, test[v]), accuracy(weights, test[v])
    add("pretrained", before[v] / 5); add("finetuned", tuned[v] / 5)
  end

  -- Negation: walk along candidates of growing length; the last one before the control tasks suffer counts.
  local function last_allowed(target, candidate)
    local floor = P.keep * others(base, validation, target)
    local best = base
    for k = 1, 16 do
      local weights = candidate(k)
      if others(weights, validation, target) < floor then break end
      best = weights
    end
    return best
  end
  for v, name in ipairs(names) do
    local random = random_like(tau[v], run:rng("random " .. name))
    local along = function(direction) return function(k) return base - 0.04 * 1.25 ^ k * direction end end
    local negated = last_allowed(v, along(tau[v]))
    add("forgotten", (before[v] - accuracy(negated, test[v])) / 5)
    add("control", others(negated, test, v) / others(base, test, v) / 5)
    add("forgotten_random", (before[v] - accuracy(last_allowed(v, along(random)), test[v])) / 5)
    -- Gradient ascent under the same rule, looked at every second step.
    net:load(base)
    local ascending, opt = base, lab.optim.AdamW(net, { lr = P.ascent })
    local batches = training[v]:batches(64, { steps = 40, rng = run:rng("ascent " .. name) })
    local ascended = last_allowed(v, function()
      net:load(ascending)
      for _ = 1, 2 do
        local _, batch = batches()
        opt:minimize(-lab.nn.cross_entropy(net(batch.x), batch.y), { clip = 1 })
      end
      ascending = net:weights()
      return ascending
    end)
    add("forgotten_ascent", (before[v] - accuracy(ascended, test[v])) / 5)
  end

  -- Addition: one scale for all ten pairs, the best on validation. Accuracy counts as a share of the fine-tuned model's.
  local function pairs_at(scale, sets, also)
    local total = 0
    for a = 1, 4 do
      for b = a + 1, 5 do
        local weights = base + scale * (tau[a] + tau[b])
        total = total + (accuracy(weights, sets[a]) / tuned[a] + accuracy(weights, sets[b]) / tuned[b]) / 20
        if also then also(a, b) end
      end
    end
    return total
  end
  local best, scale = -1, 0
  for k = 0, 8 do
    local found = pairs_at(0.08 * k, validation)
    run:log(0.08 * k, { pairs = found })
    if found > best then best, scale = found, 0.08 * k end
  end
  out.base = pairs_at(0, test)
  out.sum = pairs_at(scale, test, function(a, b) add("cosine", tau[a]:cos(tau[b]) / 10) end)
  net:load(base)
  local all = train(net, training[1]:concat(table.unpack(training, 2)), 3 * P.finetune, run:rng("joint"))
  for v in ipairs(names) do add("joint", accuracy(all, test[v]) / tuned[v] / 5) end

  -- Analogy: blurred low digits (A) are to blurred high ones (B) as plain low ones (C) are to plain high ones (D).
  local A = vector(half(training[BLURRED], true), "A", half_head(true))
  local B = vector(half(training[BLURRED], false), "B", half_head(false))
  local C = vector(half(training[PLAIN], true), "C", half_head(true))
  local function on_D(weights, sets) return accuracy(weights, half(sets[PLAIN], false), half_head(false)) end
  local function on_target(direction)                                  -- the scale is chosen on held-out images, as in the paper
    local best, scale = -1, 0
    for k = 0, 10 do
      local found = on_D(base + 0.1 * k * direction, validation)
      if found > best then best, scale = found, 0.1 * k end
    end
    return on_D(base + scale * direction, test)
  end
  out.analogy_base, out.analogy = on_D(base, test), on_target(C + B - A)
  out.analogy_random = on_target(random_like(C + B - A, run:rng("random analogy")))
  out.analogy_B, out.analogy_C = on_target(B), on_target(C)
  return out
end)

-- %% [markdown]
-- **Forgetting** (seeds 1 to 8). Negation takes 0.150 off the target's accuracy, a random vector 0.019, and 97 % of the
-- control accuracy stays. Gradient ascent that stops under the same rule forgets about as much (0.126). The claim is
-- undecided by one of its three conditions: the distance to the random vector, 0.131 with the interval [0.085, 0.178],
-- was to exceed 0.09. The direction is not in doubt; the six pilot seeds, from which the threshold came, had forgotten
-- more.
-- %%
print(r)
lab.plot.bars{ r.forgotten, r.forgotten_random, r.forgotten_ascent, names = { "negated", "random", "ascent" },
  title = "Fall of the target's accuracy while the control tasks keep theirs" }
-- %%
lab.plot.line{ r.series.pairs, title = "Adding two task vectors", x_label = "scale", y_label = "mean share of fine-tuned accuracy" }
-- %% [markdown]
-- **The analogy against its parts.** It gains 0.072 [0.028, 0.115] over the pretrained model and 0.069 [0.029, 0.109]
-- over a random vector, which leaves open whether that is more than 0.045: the gain depends on how much the pretrained
-- model of a seed still has to learn about plain 5-9. B alone, the same digits in the blurred view, does as well as the
-- whole (0.882 against 0.876), and C alone nothing. What helps here is that B's knowledge carries over; that the
-- parallelogram itself is needed gets no support from this experiment.
-- %%
lab.plot.bars{ r.analogy_base, r.analogy_random, r.analogy_C, r.analogy_B, r.analogy,
  names = { "pretrained", "random", "C", "B", "C + B - A" }, title = "Accuracy on plain 5-9, of which no vector saw an image" }
