-- %% [markdown]
-- # The order of training decides what unlearning does
-- A model is trained in stages. Later one stage U is to be unlearned with gradients on U alone, since nothing else is
-- at hand. The ideal would be the model that never saw U. Such a method sees the present weights and not the way that
-- led there. The paper shows that the way matters: train the same stages in another order, and the same unlearning
-- leads elsewhere. So no method that is blind to the order can reach the ideal for all of them.
--
-- In a linear model the reason fits on a line. Two orders end in weights that differ by `D_0`. A step of gradient
-- ascent on U multiplies the difference by `I + eta H`, where `H` is the curvature of U's loss, hence
--
-- `D_t = (I + eta H)^t D_0`:
--
-- along U's directions the two models part exponentially, at last with the rate `log(1 + eta lambda_max)`.
-- %%
local P = lab.recipe {
  id = "unlearning-path-dependence", title = "The order of training decides what unlearning does", year = 2025,
  theme = "unlearning",
  paper = "On the Impossibility of Retrain Equivalence in Machine Unlearning",
  params = {
    width = 48, steps = lab.int(250, { min = 1, help = "of each stage" }),
    mix = lab.num(0.3, { min = 0, max = 1, help = "share of earlier stages in a batch" }),
    ga = lab.num(0.005, { min = 0, help = "learning rate of gradient ascent" }), npo = lab.num(0.005, { min = 0 }),
    simnpo = lab.num(0.005, { min = 0 }),
    forget_steps = lab.int(300, { min = 1, help = "at most" }),
    orders = lab.choice("different", { "different", "same" },
      { help = "same: U is always last, only the batches differ" }),
  },
  seeds = 8, smoke = { steps = 2, forget_steps = 2 },
}

-- %% [markdown]
-- **What is smaller here.** First the linear model itself, with 200 weights and four stages of 20 examples, where the
-- formula can be checked to the digit. Then a decoder of 60 thousand weights instead of models with 1 to 14 billion,
-- and four stages: U, 48 facts to be unlearned later; A, sums of numbers up to six, in the place of the paper's school
-- mathematics; B, a style of alternating letters; C, sorting three letters. The order of A, B and C is fixed, U comes
-- first, second, third or last. Each stage has as many steps, and 30 % of a batch come from earlier stages, without
-- which a model of this size forgets them at once.
--
-- **Unlearning** is plain gradient descent on one of three losses of U: minus the cross entropy (gradient ascent), NPO
-- and SimNPO. It stops as soon as at most a fifth of the facts is right, so all models are compared at the same
-- forgetting. What counts is the share of the right sums that is still right then, of those that were right before, so
-- that what an order had lost already does not count.
--
-- **Order against chance.** Each order is trained twice, from the same initial weights with other batches. Let b be
-- the variance between the four orders (of the means, times two) and w the one within them; without any effect of the
-- order both estimate the same. The measure is `(b - w) / (b + w)`, which is about 0 then, and near 1 when the order
-- decides. In the control all four models have the same order and differ only in their batches.
--
-- **What would refute it.** Differences between orders no greater than between two runs of one order; a slope in the
-- linear model other than `log(1 + eta lambda_max)`.
--
-- **Thresholds.** On pilot seeds 1000 to 1002 the rate differed by 0.5 % from the formula. Log steps to forget were
-- 0.84 longer when U came last (0.33 to 1.36; 0.83 with NPO, 0.52 with SimNPO); half of it is the threshold. U's
-- accuracy before was 1.00 when it came last and 0.98 when first, so more had to be undone, as the theory says. The
-- second claim is not to be expected: the order effect was -0.04, -0.01 and 0.02. The share of sums that stays does
-- differ between the orders (0.84, 0.66, 0.79, 0.66 with ascent), but two runs of one order differ as much: unlearning
-- is over after some ten steps, in which sums fall together or not at all. With 200 steps a stage, one seed gave 0.69,
-- 0.69 and -0.62. Models of this size are too unsteady to tell the orders apart by what they keep; by how long they
-- resist, they do.
-- %%
lab.claim("in the linear model two orders part exponentially, with the rate of the formula", {
  { measure = function(r) return r.rate_error end, below = 0.05 },
  { measure = function(r) return r.fit end, above = 0.99 },
})
lab.claim("what unlearning leaves depends on the order by more than chance", {
  { measure = function(r) return r.effect_ga end, above = 0 },
  { measure = function(r) return r.effect_npo end, above = 0 },
  { measure = function(r) return r.effect_simnpo end, above = 0 },
})
lab.claim("facts that were learned last take more steps to unlearn than facts that were learned first",
  { measure = function(r) return r.slower_ga end, above = 0.42 })
lab.control("models of one order differ by chance only", { set = { orders = "same" }, breaks = { 1, 2, 3 } })

-- %% Part 1: a linear model with 200 weights and four stages of 20 examples, in double precision.
local function linear(rng)
  local double = { dtype = "float64", rng = rng }
  local stages = {}
  for i = 1, 4 do
    stages[i] = { x = lab.randn({ 20, 200 }, double) / math.sqrt(200), y = lab.randn({ 20, 1 }, double) }
  end
  local U, eta, T = stages[1], 0.1, 600
  local function gradient(stage, w) return stage.x:t():matmul(stage.x:matmul(w) - stage.y) end
  local function trained(order)
    local w = lab.zeros({ 200, 1 }, { dtype = "float64" })
    for _, i in ipairs(order) do
      for _ = 1, 100 do w = w - 0.5 * gradient(stages[i], w) end
    end
    return w
  end
  local _, lambda, V = U.x:svd()                                       -- the rows of V span U's directions
  local expected = math.log(1 + eta * lambda[1]:item() ^ 2)
  local function trace(order)
    local w, list = trained(order), {}
    for t = 1, T do
      w = w + eta * gradient(U, w)
      list[t] = w
    end
    return list
  end
  local orders = { { 1, 2, 3, 4 }, { 2, 1, 3, 4 }, { 2, 3, 1, 4 }, { 2, 3, 4, 1 } }
  if P.orders == "same" then orders = { orders[4], orders[4], orders[4], orders[4] } end
  local first, rate_error, fit, curve = trace(orders[1]), 0, 0, {}
  for i = 2, 4 do
    local other, norms = trace(orders[i]), {}
    -- The same order leaves no distance that could grow; the least number stands for it, whose rate is 0.
    for t = 1, T do norms[t] = (V:matmul(other[t] - first[t])):norm():maximum(1e-300):log():item() end
    -- A line through the last third.
    local n, sx, sy, sxx, sxy, syy = 0, 0, 0, 0, 0, 0
    for t = 2 * T // 3 + 1, T do
      local x, y = t - T, norms[t] - norms[T]
      n, sx, sy, sxx, sxy, syy = n + 1, sx + x, sy + y, sxx + x * x, sxy + x * y, syy + y * y
    end
    local slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    rate_error = rate_error + math.abs(slope / expected - 1) / 3
    fit = fit + (n * sxy - sx * sy) ^ 2 / ((n * sxx - sx * sx) * math.max(n * syy - sy * sy, 1e-300)) / 3
    for t = 1, 200 do curve[t] = norms[t] / math.log(10) end
  end
  return rate_error, fit, curve
end

-- %% Part 2: four stages for a decoder. Seven places; y holds what is to be predicted, 0 elsewhere.
local NUMBER, LETTER, ENTITY, RELATION, VALUE, SIGN, VOCAB = 0, 13, 21, 33, 37, 49, 53
local PLUS, EQUALS, COLON, PAD = SIGN + 1, SIGN + 2, SIGN + 3, SIGN + 4

local function set_of(rows)                                            -- of {question, answer}
  local x, y = {}, {}
  for i, row in ipairs(rows) do
    x[i], y[i] = {}, {}
    for k = 1, 6 do
      local given, wanted = #row[1], row[2][k - #row[1] + 1]
      x[i][k] = row[1][k] or row[2][k - given] or PAD
      y[i][k] = k >= given and wanted or 0
    end
  end
  return lab.data.from{ x = lab.tensor(x, "int64"), y = lab.tensor(y, "int64") }
end

local function stages(rng)
  local facts, sums, style, sorted = {}, {}, {}, {}
  for e = 1, 12 do
    for r = 1, 4 do facts[#facts + 1] = { { ENTITY + e, RELATION + r }, { VALUE + rng:integer(1, 12) } } end
  end
  for a = 0, 6 do
    for b = 0, 6 do sums[#sums + 1] = { { NUMBER + a + 1, PLUS, NUMBER + b + 1, EQUALS }, { NUMBER + a + b + 1 } } end
  end
  for i = 1, 200 do
    local p, q = LETTER + rng:integer(1, 8), LETTER + rng:integer(1, 8)
    style[i] = { { p, q, p }, { q, p, q } }
  end
  for i = 1, 300 do
    local list = { rng:integer(1, 8), rng:integer(1, 8), rng:integer(1, 8) }
    local question = { LETTER + list[1], LETTER + list[2], LETTER + list[3], COLON }
    table.sort(list)
    sorted[i] = { question, { LETTER + list[1], LETTER + list[2], LETTER + list[3] } }
  end
  return { U = set_of(facts), A = set_of(sums), B = set_of(style), C = set_of(sorted) }
end

local function loss_on(net, batch)
  return lab.nn.cross_entropy(net(batch.x):reshape{ -1, VOCAB }, batch.y:reshape{ -1 }, { ignore = 0 })
end
local function right(logits, y)  -- the share of rows whose predicted tokens are all right
  return logits:argmax(3):eq(y):logical_or(y:eq(0)):all(2):to("float32"):mean():item()
end
local function accuracy(net, set) return lab.no_grad(function() return right(net(set.x), set.y) end) end

local function train(net, sets, order, run, name)  -- stage after stage, with a share of what came before
  local opt = lab.optim.AdamW(net, { lr = 3e-3 })
  local old = math.floor(32 * P.mix)
  local before
  for _, stage in ipairs(order) do
    local set, rng = sets[stage], run:rng(name .. stage)
    local earlier = before and before:batches(old, { steps = P.steps, rng = run:rng(name .. stage .. " mix") })
    for _, batch in set:batches(before and 32 - old or 32, { steps = P.steps, rng = rng }) do
      if earlier then
        local _, more = earlier()
        batch = { x = lab.cat({ batch.x, more.x }, 1), y = lab.cat({ batch.y, more.y }, 1) }
      end
      opt:minimize(loss_on(net, batch), { clip = 1 })
    end
    before = before and before:concat(set) or set
  end
end

-- Unlearning by plain gradient steps on U until at most a fifth of its facts is right.
local function unlearn(net, method, U)
  local opt = lab.optim.SGD(net, { lr = P[method] })
  local function log_prob(logits) return lab.nn.sequence_log_prob(logits, U.y, { ignore = 0 }) end
  local reference = lab.no_grad(function() return log_prob(net(U.x)) end)
  for step = 0, P.forget_steps do
    local logits = net(U.x)
    if right(logits, U.y) <= 0.2 then return step end
    local p = log_prob(logits)
    opt:minimize(method == "ga" and p:mean() or method == "npo" and lab.nn.npo(p, reference) or lab.nn.simnpo(p))
  end
  return P.forget_steps
end

-- %%
local ORDERS = { { "U", "A", "B", "C" }, { "A", "U", "B", "C" }, { "A", "B", "U", "C" }, { "A", "B", "C", "U" } }
local METHODS = { "ga", "npo", "simnpo" }

-- The variance between orders against the one within them, from two copies of each.
local function order_effect(values)                                    -- values[place][copy]
  local means, within, total = {}, 0, 0
  for place, v in ipairs(values) do
    means[place] = (v[1] + v[2]) / 2
    within, total = within + (v[1] - v[2]) ^ 2 / 2 / 4, total + means[place] / 4
  end
  local between = 0
  for _, m in ipairs(means) do between = between + 2 * (m - total) ^ 2 / 3 end
  return (between - within) / (between + within + 1e-12)
end

local r = lab.trials(function(run)
  local out = {}
  out.rate_error, out.fit, out.divergence = linear(run:rng("linear"))
  local sets = stages(run:rng("stages"))
  local start = lab.nn.Transformer{ vocab = VOCAB, width = P.width, depth = 2, heads = 4, context = 6 }
  local kept, steps = { ga = {}, npo = {}, simnpo = {} }, { ga = {}, npo = {}, simnpo = {} }
  for place = 1, 4 do
    for _, method in ipairs(METHODS) do kept[method][place], steps[method][place] = {}, {} end
    for copy = 1, 2 do
      local net = start:clone()
      local name = "copy " .. copy .. (P.orders == "same" and " of " .. place or "") .. " "
      train(net, sets, ORDERS[P.orders == "same" and 4 or place], run, name)
      local trained, before = net:weights(), {}
      for _, stage in ipairs{ "U", "A", "B", "C" } do
        before[stage] = accuracy(net, sets[stage])
        local key = stage .. "_before_" .. place
        out[key] = (out[key] or 0) + before[stage] / 2
      end
      for _, method in ipairs(METHODS) do
        net:load(trained)
        local needed = unlearn(net, method, sets.U)
        kept[method][place][copy] = accuracy(net, sets.A) / before.A
        steps[method][place][copy] = math.log(math.max(needed, 1))
      end
    end
  end
  for _, method in ipairs(METHODS) do
    out["effect_" .. method] = order_effect(kept[method])
    local function mean(v) return (v[1] + v[2]) / 2 end
    out["slower_" .. method] = mean(steps[method][4]) - mean(steps[method][1])
    out["kept_" .. method] = {}
    for place = 1, 4 do out["kept_" .. method][place] = mean(kept[method][place]) end
  end
  return out
end)

-- %%
print(r)
lab.plot.line{ r.divergence, title = "Two orders part in the linear model", x_label = "step of ascent",
  y_label = "log10 of the distance" }
-- %%
local lines = { title = "Sums still right when four fifths of the facts are gone",
  x_label = "place of U among the stages", y_label = "share of those right before" }
for i, method in ipairs(METHODS) do
  lines[i] = { x = { 1, 2, 3, 4 }, y = r["kept_" .. method]:mean(), name = ({ "ascent", "NPO", "SimNPO" })[i] }
end
lab.plot.line(lines)

-- %% [markdown]
-- **Result** (seeds 1 to 8). In the linear model two orders part with the rate of the formula, to 0.14 %: the first
-- claim is supported. In the decoder nothing is decided. What unlearning leaves depends on the order by 0.14, 0.21 and
-- 0.04 on a scale from -1 to 1, with intervals half that scale wide; facts learned last take 0.37 [-0.10, 0.84] longer
-- in log steps, as the pilots said, but less surely than the threshold asks. Models of this size differ too much from
-- run to run. The control breaks its claims.
