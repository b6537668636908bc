-- %% [markdown]
-- # Merging the checkpoints of one run, the better ones with more weight
-- A fine-tuning run leaves checkpoints `theta_1 ... theta_M` behind. Their plain mean is often better than the last of
-- them, since it cancels what a constant learning rate shakes. But early checkpoints are worse, and the mean counts
-- them as much as the late ones. Metrics-weighted averaging gives each a weight from what the run has logged anyway,
-- its smoothed training loss `L_i` or its step `s_i`:
--
-- `theta = sum_i w_i theta_i`, with `w_i` proportional to `(1 / L_i)^p` (by loss) or `s_i^p` (by steps).
--
-- One number p, the penalty, sets how much worse checkpoints lose; p = 0 is the plain mean, and with p to infinity
-- only the best checkpoint remains. No validation data are used. (The paper's abstract tells of one penalty factor;
-- the form as a power is this recipe's reading.)
-- %%
local P = lab.recipe {
  id = "mwa-checkpoint-merging", title = "Merging the checkpoints of one run, the better ones with more weight",
  year = 2025, theme = "task-arithmetic",
  paper = "Parameter-Efficient Checkpoint Merging via Metrics-Weighted Averaging",
  params = {
    width = 64, pretrain = lab.int(500, { min = 1, help = "steps on sums" }),
    tune = lab.int(400, { min = 20, help = "steps on differences" }),
    lr = lab.num(1e-2, { min = 0, help = "of fine-tuning, constant" }), rank = lab.int(8, { min = 1, max = 64 }),
    every = lab.int(20, { min = 1, help = "steps from one checkpoint to the next" }),
    penalty = lab.num(8, { min = 0, help = "p of weights by loss" }),
    step_penalty = lab.num(4, { min = 0, help = "p of weights by steps" }),
    window = lab.int(4, { min = 1, help = "checkpoints of the plain mean of the last few" }),
    tested = lab.int(1000, { min = 10, help = "differences that judge, none of them in training" }),
    losses = lab.choice("own", { "own", "shuffled" }, { help = "shuffled: weights go to the wrong checkpoints" }),
  },
  seeds = 15, smoke = { pretrain = 2, tune = 20, every = 4, tested = 20 },
}

-- %% [markdown]
-- **What is smaller here.** A decoder of 100 thousand weights learns sums of two-digit numbers, with the lowest digit
-- of an answer first. Then low-rank adapters (rank 8, in all linear layers of the blocks) learn differences from 1500
-- examples, at a constant and rather high learning rate; everything else is frozen. Every 20 of 400 steps, from a
-- fifth of the run on, the adapters are kept: 16 checkpoints. The minus sign is new to the pretrained model.
--
-- **Rival explanations.** Perhaps only the early checkpoints hurt, and the plain mean of the last few does as well: it
-- is an arm, and the number of last ones is chosen as p is. Perhaps what counts is lateness, not loss: weights by
-- steps. Merging the factors `up` and `down` of an adapter is not the same as merging their products; the last arm
-- merges products. The control gives the losses to the wrong checkpoints.
--
-- **What would refute it.** Loss weights that do no better than the plain mean, or a last checkpoint that is as good
-- as the merged one.
--
-- **Thresholds.** p and the number of last checkpoints were chosen on pilot seeds 1000 to 1003: weights by loss were
-- right 0.50 of the time with p = 0, 0.63 with 4, 0.66 with 8 and 16, 0.65 with 32; weights by steps 0.66 with 4 and
-- 8; the mean of the last four or five 0.67. So p is 8 for losses and 4 for steps, and the window four. The plain mean
-- of all 16 had 0.50, the last checkpoint 0.55. Half of the differences, 0.08 and 0.058, are the thresholds. That the
-- mean of the last few does as well as any weighting is no claim, but the pilots say so: what the weights find out is
-- where the run stops being bad. Under the control (seed 1000) weighting costs 0.09.
-- %%
lab.claim("weights by loss beat the plain mean",
  { measure = function(r) return r.loss_weighted - r.uniform end, above = 0.08 })
lab.claim("the merged model beats the last checkpoint",
  { measure = function(r) return r.loss_weighted - r.final end, above = 0.058 })
lab.check("p = 0 is the plain mean", function(r) return r.distance_mean:max() < 1e-6 end)
lab.check("a huge p leaves the checkpoint of least loss", function(r) return r.distance_best:max() < 1e-6 end)
lab.control("weights by losses of other checkpoints do not help", { set = { losses = "shuffled" }, breaks = 1 })

-- %% Sums and differences of two digits, as characters
local tok = lab.tokenizer.characters("0123456789+-=")
local function questions(operation, count, rng)            -- text: ids of characters
  local set = lab.data.arithmetic{ operation = operation, count = count, digits = 2, pad = true, format = "reversed",
    distinct = true, rng = rng }
  return lab.data.from{ text = lab.stack(tok:encode(set.text), 1) }
end
local ASKED = 6                                            -- characters of a question such as 47-23=

local function answer_logits(net, text)
  return net(text[{ {}, { 1, -2 } }])[{ {}, { ASKED, -1 } }], text[{ {}, { ASKED + 1, -1 } }]
end
local function loss_on(net, text)
  local logits, wanted = answer_logits(net, text)
  return lab.nn.cross_entropy(logits:reshape{ -1, tok.vocab }, wanted:reshape{ -1 })
end
-- An answer is right when greedy decoding would write it: when each of its characters is the likeliest after the right
-- ones before.
local function judge(net, text)
  return lab.no_grad(function()
    local logits, wanted = answer_logits(net, text)
    local right = logits:argmax(3):eq(wanted):all(2):to("float32"):mean():item()
    return right, lab.nn.cross_entropy(logits:reshape{ -1, tok.vocab }, wanted:reshape{ -1 }):item()
  end)
end

-- %%
local POWERS = { 0, 1, 2, 4, 8, 16, 32 }

local r = lab.trials(function(run)
  local net = lab.nn.Transformer{ vocab = tok.vocab, width = P.width, depth = 2, heads = 4, context = 12 }
  local sums, rng = questions("add", 5000, run:rng("sums")), run:rng("pretrain")
  local opt, rate = lab.optim.AdamW(net, { lr = 3e-3 }),
    lab.schedule.cosine{ lr = 3e-3, steps = P.pretrain, warmup = P.pretrain // 20 }
  for step, batch in sums:batches(64, { steps = P.pretrain, rng = rng }) do
    opt.lr = rate(step)
    opt:minimize(loss_on(net, batch.text), { clip = 1 })
  end

  -- Fine-tuning on differences with adapters, at a constant learning rate.
  local differences = questions("subtract", 1500 + P.tested, run:rng("differences"))
  local train, test = differences:take(1500), differences:skip(1500).text
  net:lora{ rank = P.rank, on = "blocks" }
  opt = lab.optim.AdamW(net:trainable(), { lr = P.lr, weight_decay = 0 })
  local saved, losses, steps, recent = {}, {}, {}, nil
  for step, batch in train:batches(32, { steps = P.tune, rng = run:rng("tune") }) do
    local loss = opt:minimize(loss_on(net, batch.text), { clip = 1 })
    recent = recent and 0.9 * recent + 0.1 * loss or loss
    run:log(step, { loss = recent })
    if step % P.every == 0 and step > P.tune // 5 then
      saved[#saved + 1], losses[#losses + 1], steps[#steps + 1] = net:lora_weights(), recent, step
    end
  end
  if P.losses == "shuffled" then losses = run:rng("shuffle"):shuffle(losses) end

  local function by_loss(power) return lab.merge.metrics_weighted(saved, { metrics = losses, power = power }) end
  local function by_steps(power)
    return lab.merge.metrics_weighted(saved, { metrics = steps, power = power, kind = "score" })
  end
  local function at(weights)
    net:load_lora(weights)
    return judge(net, test)
  end
  local mean = lab.merge.soup(saved)
  local out = { each = {}, penalty_loss = {}, penalty_steps = {}, last_few = {} }
  for i, weights in ipairs(saved) do out.each[i] = at(weights) end
  for i, power in ipairs(POWERS) do
    out.penalty_loss[i], out.penalty_steps[i] = at(by_loss(power)), at(by_steps(power))
  end
  for i = 1, #saved do out.last_few[i] = at(lab.merge.soup{ table.unpack(saved, #saved - i + 1) }) end
  out.final, out.final_loss = at(saved[#saved])
  out.best = math.max(table.unpack(out.each))
  out.uniform, out.uniform_loss = at(mean)
  out.loss_weighted, out.loss_weighted_loss = at(by_loss(P.penalty))
  out.step_weighted = at(by_steps(P.step_penalty))
  out.window = at(lab.merge.soup{ table.unpack(saved, math.max(1, #saved - P.window + 1)) })

  -- The means of the products up down^T in place of those of the factors: of whole matrices, with the change in them.
  local dense = {}
  for i, weights in ipairs(saved) do
    net:load_lora(weights)
    dense[i] = net:clone():merge_lora():remove_lora():weights()
  end
  local plain = net:clone():remove_lora()
  plain:load(lab.merge.metrics_weighted(dense, { metrics = losses, power = P.penalty }))
  out.products = judge(plain, test)

  local function distance(a, b) return (a - b):flatten():abs():max():item() end
  local least = 1
  for i, loss in ipairs(losses) do if loss < losses[least] then least = i end end
  out.distance_mean, out.distance_best = distance(by_loss(0), mean), distance(by_loss(1e6), saved[least])
  return out
end)

-- %%
print(r)
lab.plot.bars{ r.uniform, r.final, r.best, r.window, r.step_weighted, r.loss_weighted, r.products,
  names = { "plain mean", "last checkpoint", "best checkpoint (oracle)", "mean of the last few", "weighted by steps",
    "weighted by loss", "the same, products" },
  title = "Differences answered right" }
-- %%
lab.plot.line{ { x = POWERS, y = r.penalty_loss:mean(), name = "by loss" },
  { x = POWERS, y = r.penalty_steps:mean(), name = "by steps" },
  title = "How much the penalty matters", x_label = "p", y_label = "answers right" }
-- %%
lab.plot.line{ { x = r.each:steps(), y = r.each:mean(), name = "the checkpoint alone" },
  { x = r.last_few:steps(), y = r.last_few:mean(), name = "mean of so many last ones" },
  title = "The checkpoints alone, and plain means of the last ones", x_label = "checkpoint, or number of checkpoints",
    y_label = "answers right" }

-- %% [markdown]
-- **Result** (seeds 1 to 15). Weights by loss beat the plain mean of all checkpoints by 0.195 [0.149, 0.241] and the
-- last checkpoint by 0.183 [0.130, 0.236]: both claims are supported. Both identities hold and the control breaks its
-- claim. Seeds differ much in how well the sums are learnt at all, the differences less. Losses are not needed for it:
-- with weights by steps the merged model has 0.716, the plain mean of the last four checkpoints 0.737, weights by loss
-- 0.726.
