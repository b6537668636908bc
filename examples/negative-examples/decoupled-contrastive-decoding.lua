-- %% [markdown]
-- # Against hallucination: learn what is wrong apart from what is right
-- A model that describes images tends to name what usually goes with what it sees. Given pairs of a truthful and a
-- hallucinating description, DPO pushes the second below the first, and may push both down and hurt other abilities
-- (*likelihood displacement*). Contrastive decoding needs no training: it subtracts what the model says about a spoilt
-- image, but noise is a poor picture of real hallucination. Decoupled contrastive decoding (DCD) freezes the language
-- model and trains two copies of the image projection by ordinary cross-entropy, one on the truthful descriptions and
-- one on the hallucinating ones. With l+ and l- the logits behind the two projections of an image, the next word is
-- chosen by
--
-- `(1 + a) l+ - a l-`, among words with `p+ >= 0.1 max p+`.
-- %%
local P = lab.recipe {
  id = "decoupled-contrastive-decoding", year = 2025, theme = "negative-examples",
  title = "Against hallucination: learn what is wrong apart from what is right",
  paper = "Decoupling Contrastive Decoding: Robust Hallucination Mitigation in Multimodal Large Language Models",
  params = {
    images = 3000, width = 32, pretrain = 500, pretrain_lr = 3e-3, batch = 64,
    pairs = lab.int(500, { min = 1, help = "pairs of descriptions" }),
    tune = lab.int(80, { min = 1, help = "steps for each projection, and for DPO" }),
    lr = lab.num(3e-4, { min = 0, help = "of the projections" }),
    dpo_lr = lab.num(1e-4, { min = 0, help = "of DPO" }),
    beta = 0.1, contrast = lab.num(0.5, { min = 0, help = "a" }),
    noise = lab.num(1, { min = 0, help = "deviation of the noise on images that handcrafted contrast subtracts" }),
    order = lab.choice("true", { "true", "swapped" }, { help = "swapped: hallucinating ones are taken for better" }),
    tested = 400,
  },
  seeds = 8, smoke = { images = 200, pretrain = 3, tune = 2, tested = 20, pairs = 80 },
}

-- %% [markdown]
-- **What is smaller here.** Nine numbers instead of an image, nine objects, captions without grammar, a decoder of two
-- layers and width 32. Everything is judged on images that tempt: with an object whose usual companion is missing.
--
-- **Baselines.** DPO tunes the whole model (beta = 0.1) on the same pairs for as many steps; a second DPO tunes the
-- projection only, as many weights as DCD. Handcrafted contrast subtracts the model's logits for the image with noise.
-- The positive projection alone tells what the negative one adds. Rates come from the pilot seed 1000: of those tried
-- (DPO 0.00003 and 0.0001, projections 0.0001, 0.0003 and 0.001) the smallest that brings the method's hallucination
-- below 0.01.
--
-- **What would refute it.** A contrast that hallucinates more than DPO, or names less of what is there; noise that
-- serves as well.
--
-- **Thresholds.** On the pilot seed, 0.84 of the missing companions were named by the base, 0.002 by DCD, 0.000 by
-- DPO, 0.47 with noise and 0.047 by the positive projection alone. DCD named 0.96 of the objects that were there, DPO
-- 0.72 (base 1.00). The log-probability of the truth went from -2.0 to -3.1 under DPO, to -0.5 behind the positive
-- projection. Thresholds are half of these effects; the estimates before were 0.10, 0.05 and 0.03. Counting is claimed
-- as the paper would have it, more than 0.02 above DPO, but the pilot was against it: base 0.80, DPO 0.77, positive
-- projection 0.75, DCD 0.68 (0.73 at the rate 0.0001, where it hallucinates in 0.05, and 0.61 at 0.001). Projections
-- that are tuned on captions only lose some of what counting needs, and the contrast subtracts numbers as it subtracts
-- companions. The paper's general abilities are further away from its pairs than counting is here. Nor is displacement
-- a fate: at a rate of 0.00003 DPO left 0.07 and named 0.98. With the pairs swapped, DCD named nearly all missing
-- companions.
-- %%
lab.claim("decoupled contrast suppresses hallucination as DPO does", {
  { measure = function(r) return r.false_base - r.false_dcd end, above = 0.42 },
  { measure = function(r) return r.false_dcd - r.false_dpo end, below = 0.05 },
})
lab.claim("it keeps the truth likely and named where DPO loses some", {
  { measure = function(r) return r.recall_dcd - r.recall_dpo end, above = 0.11 },
  { measure = function(r) return r.chosen_dpo - r.chosen_base end, below = -0.5 },
  { measure = function(r) return r.chosen_positive - r.chosen_base end, above = 0.7 },
})
lab.claim("it keeps the ability to count better than DPO", {
  measure = function(r) return r.count_dcd - r.count_dpo end, above = 0.02,
})
lab.claim("learnt negatives are better than noise", {
  { measure = function(r) return r.false_noise - r.false_dcd end, above = 0.23 },
  { measure = function(r) return r.recall_dcd - r.recall_noise end, above = -0.06 },
})
lab.control("projections trained the wrong way round", { set = { order = "swapped" }, breaks = 1 })

-- %% [markdown]
-- ## Images and what is said about them
-- An image is nine numbers, near 1 for an object that is there and near 0 for one that is not. Objects 2, 4 and 6
-- usually stand beside 1, 3 and 5, and those who wrote the captions of pretraining name them in 70 % of the cases even
-- where they are missing: that is the hallucination, built into the text, and the images tell better. Captions list
-- objects in order. The other ability is to count the objects; the answers in pretraining are right.
-- %%
-- 1 to 9 are objects, 13 to 22 the numbers 0 to 9.
local OBJECTS, END, CAPTION, COUNT, ZERO, VOCAB = 9, 10, 11, 12, 13, 22
local LENGTH, PREFIX = OBJECTS + 1, 4

local function caption(present, also)
  local words = {}
  for k = 1, OBJECTS do if present[k] == 1 or also[k] then words[#words + 1] = k end end
  words[#words + 1] = END
  for k = #words + 1, LENGTH do words[k] = 0 end
  return words
end

local function images(count, rng, tempting)                            -- tempting: only with an A whose B is missing
  local present, x, truth, loose, rejected, number = {}, {}, {}, {}, {}, {}
  while #present < count do
    local there, tempted, careless, all, n = {}, false, {}, {}, 0
    for k = 1, OBJECTS do
      local p = k > 6 and 0.3 or k % 2 == 1 and 0.5 or there[k - 1] == 1 and 0.7 or 0.15
      there[k] = rng:uniform() < p and 1 or 0
      n = n + there[k]
      if k <= 6 and k % 2 == 0 and there[k - 1] == 1 and there[k] == 0 then
        tempted, careless[k], all[k] = true, rng:uniform() < 0.7, true
      end
    end
    if tempted or not tempting then
      local i = #present + 1
      present[i], x[i], number[i] = there, {}, n
      for k = 1, OBJECTS do x[i][k] = there[k] + 0.15 * rng:normal() end
      truth[i], loose[i], rejected[i] = caption(there, {}), caption(there, careless), caption(there, all)
    end
  end
  return lab.data.from({ x = lab.tensor(x), present = lab.tensor(present), truth = lab.tensor(truth, "int64"),
    loose = lab.tensor(loose, "int64"), rejected = lab.tensor(rejected, "int64"),
    number = lab.tensor(number, "int64") })
end

-- %% The model: a projection of the image to four vectors, which a decoder reads before the words
local function projection()
  return lab.nn.Sequential{ lab.nn.Linear(OBJECTS, 64), lab.nn.GELU(), lab.nn.Linear(64, PREFIX * P.width) }
end

local function logits_of(net, project, x, ids)                         -- behind the task's token and each word
  local seen = lab.cat({ project(x):reshape{ -1, PREFIX, P.width }, net.tokens(ids) }, 2)
  return net(seen):narrow(2, PREFIX + 1, ids:size(2))
end
local function caption_inputs(words)
  return lab.cat({ lab.full({ words:size(1), 1 }, CAPTION, "int64"), words:narrow(2, 1, LENGTH - 1):maximum(1) }, 2)
end
local function caption_loss(net, project, x, words)
  local logits = logits_of(net, project, x, caption_inputs(words))
  return lab.nn.cross_entropy(logits:reshape{ -1, VOCAB }, words:reshape{ -1 }, { ignore = 0 })
end
local function caption_log_prob(net, project, x, words)
  return lab.nn.sequence_log_prob(logits_of(net, project, x, caption_inputs(words)), words, { ignore = 0 })
end
local function count_logits(net, project, x)
  return logits_of(net, project, x, lab.full({ x:size(1), 1 }, COUNT, "int64")):squeeze(2)
end

-- Parameters of one or two modules, one loss.
local function tune(parameters, set, steps, lr, rng, loss)
  local opt = lab.optim.AdamW(parameters, { lr = lr })
  local rate = lab.schedule.cosine{ lr = lr, steps = steps, warmup = steps // 20 }
  for step, batch in set:batches(P.batch, { steps = steps, rng = rng }) do
    opt.lr = rate(step)
    opt:minimize(loss(batch), { clip = 1 })
  end
end
local function parameters(net, project)
  local list = {}
  for _, module in ipairs{ net, project } do
    for _, p in ipairs(module:parameters()) do list[#list + 1] = p end
  end
  return list
end

-- Greedy captions by any rule that gives logits for the next word; true for each object that is named.
local function describe(x, rule)
  return lab.no_grad(function()
    local ids, named = lab.full({ x:size(1), 1 }, CAPTION, "int64"), lab.zeros{ x:size(1), VOCAB }
    local open = lab.ones{ x:size(1), 1 }
    for _ = 1, LENGTH do
      local word = rule(ids):argmax(2)
      named = named:maximum(word:one_hot(VOCAB) * open)
      open = open * word:ne(END):to("float32"):unsqueeze(2)
      ids = lab.cat({ ids, word:unsqueeze(2) }, 2)
    end
    return named:narrow(2, 1, OBJECTS)
  end)
end

local function contrasted(plus, minus)
  local p = plus:softmax(2)
  return ((1 + P.contrast) * plus - P.contrast * minus):masked_fill(p:lt(0.1 * p:max(2, { keepdim = true })), -1e9)
end

-- %%
local r = lab.trials(function(run)
  local set, test = images(P.images, run:rng("images")), images(P.tested, run:rng("test"), true)
  local pairs_ = images(P.pairs, run:rng("pairs"), true)
  local chosen, rejected = pairs_.truth, pairs_.rejected
  if P.order == "swapped" then chosen, rejected = rejected, chosen end
  pairs_ = lab.data.from{ x = pairs_.x, chosen = chosen, rejected = rejected }

  local net = lab.nn.Transformer{ vocab = VOCAB, width = P.width, depth = 2, heads = 2, positions = "rope" }
  net:load(net:weights():map(function(_, w) return w:dim() > 1 and 8 * w or w end))      -- for so narrow a net
  local project = projection()
  tune(parameters(net, project), set, P.pretrain, P.pretrain_lr, run:rng("pretrain"), function(batch)
    local counting = lab.nn.cross_entropy(count_logits(net, project, batch.x), batch.number + ZERO)
    return caption_loss(net, project, batch.x, batch.loose) + counting
  end)

  -- The two projections, behind the frozen decoder.
  local positive, negative = project:clone(), project:clone()
  tune(positive:parameters(), pairs_, P.tune, P.lr, run:rng("positive"), function(b)
    return caption_loss(net, positive, b.x, b.chosen)
  end)
  tune(negative:parameters(), pairs_, P.tune, P.lr, run:rng("negative"), function(b)
    return caption_loss(net, negative, b.x, b.rejected)
  end)

  -- DPO of the whole model, and of the projection alone.
  local function dpo(all)
    local policy, its = net:clone(), project:clone()
    tune(all and parameters(policy, its) or its:parameters(), pairs_, P.tune, P.dpo_lr, run:rng("dpo"), function(b)
      local function both(net, project)
        return caption_log_prob(net, project, b.x, b.chosen), caption_log_prob(net, project, b.x, b.rejected)
      end
      local c0, r0 = lab.no_grad(function() return both(net, project) end)
      local c, r = both(policy, its)
      return lab.nn.dpo(c, r, c0, r0, { beta = P.beta })
    end)
    return policy, its
  end

  local out = {}
  local tempted = test.present:narrow(2, 1, 6):reshape{ -1, 3, 2 }
  tempted = tempted:select(3, 1) * (1 - tempted:select(3, 2))          -- A is there and B is not
  local function judge(name, rule, count)                              -- rule and count: logits(ids), logits()
    local named = describe(test.x, rule)
    local b = named:narrow(2, 1, 6):reshape{ -1, 3, 2 }:select(3, 2)
    out["false_" .. name] = (b * tempted):sum() / tempted:sum()
    out["recall_" .. name] = (named * test.present):sum() / test.present:sum()
    out["wrong_" .. name] = (named * (1 - test.present)):sum() / named:sum():maximum(1)
    out["count_" .. name] = lab.no_grad(count):argmax(2):eq(test.number + ZERO):mean()
  end
  local function plain(name, net, project)
    judge(name, function(ids) return logits_of(net, project, test.x, ids)[{ {}, -1 }] end,
      function() return count_logits(net, project, test.x) end)
    out["chosen_" .. name] = lab.no_grad(function()
      return caption_log_prob(net, project, test.x, test.truth):mean()
    end)
  end
  local function contrast(name, plus, x_plus, minus, x_minus)
    judge(name, function(ids)
        return contrasted(logits_of(net, plus, x_plus, ids)[{ {}, -1 }],
          logits_of(net, minus, x_minus, ids)[{ {}, -1 }])
      end, function() return contrasted(count_logits(net, plus, x_plus), count_logits(net, minus, x_minus)) end)
  end
  plain("base", net, project)
  plain("positive", net, positive)
  plain("dpo", dpo(true))
  plain("dpo_projection", dpo(false))
  contrast("dcd", positive, test.x, negative, test.x)
  contrast("noise", project, test.x, project, test.x + P.noise * lab.randn(test.x.shape, { rng = run:rng("noise") }))
  return out
end)

-- %%
print(r)
local names = { "base", "noise contrast", "positive projection alone", "DCD", "DPO", "DPO, projection only" }
lab.plot.bars{ r.false_base, r.false_noise, r.false_positive, r.false_dcd, r.false_dpo, r.false_dpo_projection,
  names = names, title = "Missing companions that are named all the same" }
lab.plot.bars{ r.recall_base, r.recall_noise, r.recall_positive, r.recall_dcd, r.recall_dpo, r.recall_dpo_projection,
  names = names, title = "Objects that are there and are named" }
lab.plot.bars{ r.count_base, r.count_noise, r.count_positive, r.count_dcd, r.count_dpo, r.count_dpo_projection,
  names = names, title = "Images whose objects are counted right" }
lab.plot.bars{ r.chosen_base, r.chosen_positive, r.chosen_dpo, r.chosen_dpo_projection,
  names = { "base", "positive projection", "DPO", "DPO, projection only" },
  title = "Log-probability of the true caption" }
-- %% [markdown]
-- **Result** (seeds 1 to 8). Decoupled contrast takes 0.886 [0.858, 0.914] off the missing companions that are named
-- and leaves 0.006 [-0.002, 0.014] more than DPO, which leaves none: supported. So is that learnt negatives beat noise,
-- by 0.50 [0.44, 0.55], with 0.042 [0.029, 0.055] fewer of the objects that are there. Most of the effect is the
-- positive projection's, which alone leaves 0.070; the negative one removes that rest and costs 0.04 of recall.
--
-- That the truth stays likely and named where DPO loses some is undecided by one of three conditions. DCD names 0.167
-- [0.140, 0.195] more of what is there, and the truth gains 1.55 [1.41, 1.68] behind the positive projection; under DPO
-- it falls by 0.59 [0.29, 0.88], where more than 0.5 was wanted. It falls in seven seeds and rises by 0.1 in one; the
-- single pilot seed, from which the threshold came, had lost nearly twice the mean.
--
-- Counting is refuted, as the pilot foretold: DCD counts 0.076 [0.039, 0.113] worse than DPO. It is the contrast that
-- loses, since the positive projection alone counts as well as DPO (0.78 and 0.77). The negative projection has seen
-- captions only and presumably still tells right numbers, so that subtracting its logits subtracts these. None of the
-- three rates of the projections that were tried in the pilot came up to DPO.
