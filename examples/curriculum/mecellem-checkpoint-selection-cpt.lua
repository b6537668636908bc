-- %% [markdown]
-- # Which checkpoint, and how to move to a new domain
-- Two practices from the making of models for Turkish law, each with a claim about when training should stop or turn.
--
-- - *Checkpoint selection.* An encoder is pretrained by masked language modelling, and every checkpoint is asked to
--   retrieve: the mean of its hidden states for a query should be nearest to that of the passage it belongs to. The
--   paper finds that the best checkpoint for retrieval comes before the loss reaches its minimum.
-- - *Continual pretraining in phases.* A decoder moves from general to legal text in four phases, general-heavy, mixed,
--   domain-heavy, and long texts of the domain, instead of going to the domain at once. Perplexity on legal text falls
--   by 36 %, while general text is to be forgotten less.
--
-- **What is smaller here.** One layer of width 32 for each, generated text, and texts of 16 tokens. For retrieval a
-- document is told in two halves that share their topic (each of 24 topics prefers 6 of 96 nouns), so that one half has
-- to find the other among 200. For the decoder, general and legal text come from two grammars that share some of their
-- words; every twentieth sentence of the general training text is legal.
--
-- **Fair comparison.** Direct and phased continuation take equally many steps on equally many tokens, with the same
-- learning rate. The rival explanation, that old text in the batch is all that matters and its schedule nothing, is an
-- arm: the same share of general text, the same in every step (even).
--
-- **What would refute it.** Phases that forget as much as going directly, or that pay for it in the domain; a retrieval
-- score that rises as long as the loss falls.
-- %%
local P = lab.recipe {
  id = "mecellem-checkpoint-selection-cpt", title = "Which checkpoint, and how to move to a new domain", year = 2026,
  paper = "Mecellem Models: Turkish Models Trained from Scratch and Continually Pre-trained for the Legal Domain",
  theme = "curriculum",
  params = {
    encoder_steps = lab.int(600, { min = 40, help = "of masked language modelling, a checkpoint every 40" }),
    pretrain = lab.int(300, { min = 1, help = "steps of the decoder on general text" }),
    phase = lab.int(50, { min = 1, help = "steps of each of the four phases" }),
    lr = 3e-3, batch = 32,
    domain = lab.choice("legal", { "legal", "general" }, { help = "general: the new domain is the old one" }),
  },
  seeds = 8, smoke = { encoder_steps = 41, pretrain = 2, phase = 1 },
}

-- %% [markdown]
-- **Thresholds.** Estimates before any run: a cut of 20 %, less forgetting at a domain perplexity within 5 %, and a
-- positive distance of steps. In a first pilot general text had no legal sentence; then direct training forgot most (72
-- against 11), but the phases cost 5.4 % in the domain, and the cut was trivial (1090 to 3), since most legal words
-- were new. With one legal sentence in twenty, pilot seeds 1000 and 1001 gave for legal text 5.03 and 4.85 before, 2.32
-- and 2.30 after direct, 2.33 and 2.31 after phased training, a cut of 53 %, and for general text 3.6 before, 71 and 34
-- after direct, 9.0 and 7.5 after phased training. So the thresholds are a cut of 27 %, a ratio of 2.5 (half of 6 in
-- logarithms), and 5 % as it was. The even mixture, without any phases, forgot least of all (3.9 and 4.0) and was 5 %
-- worse in the domain.
--
-- The third claim is not expected to hold: in both pilots the loss was least at step 600 and retrieval best at 560,
-- without a gain on other queries (0.109 against 0.110, 0.116 against 0.117); retrieval rises from 0.05 as long as the
-- loss falls. Since the learning rate ends at zero the loss is least at the end, and any noisy curve may have its
-- maximum just before; that is why the claim asks for a gain, too, and why the queries that select are not those that
-- judge.
-- %%
lab.claim("continued pretraining cuts the perplexity of legal text by more than a quarter", {
  { measure = function(r) return 1 - r.legal_phased / r.legal_base end, above = 0.27, every_seed = true },
  { measure = function(r) return 1 - r.legal_direct / r.legal_base end, above = 0.27, every_seed = true },
})
lab.claim("phases forget less general text than going directly, and learn the domain within 5 %", {
  { measure = function(r) return r.general_direct / r.general_phased end, above = 2.5 },
  { measure = function(r) return r.legal_phased / r.legal_direct end, below = 1.05 },
})
lab.claim("the best checkpoint for retrieval comes before that of the least loss", {
  { measure = function(r) return r.step_of_loss - r.step_of_score end, above = 0 },
  { measure = function(r) return r.score_by_score - r.score_by_loss end, above = 0 },
})
lab.control("in the old domain there is nothing to adapt to", { set = { domain = "general" }, breaks = 1 })

-- %% [markdown]
-- ## Documents with a topic
-- Token 1 hides, 2 to 9 are small words, then nouns. Half a document is "small word, noun" four times. A noun belongs
-- to the document's topic three times out of four; small words go with even or odd nouns, which gives grammar to learn.
-- %%
local TOPICS, NOUNS, HALF = 24, 96, 8
local VOCAB = 9 + NOUNS

local function halves(count, topics, rng)
  local first, second = {}, {}
  local function half(topic)
    local row = {}
    for k = 1, HALF, 2 do
      local noun = rng:uniform() < 0.75 and topics[topic][rng:integer(1, 6)] or rng:integer(1, NOUNS)
      row[k], row[k + 1] = rng:integer(0, 3) * 2 + 2 + noun % 2, 9 + noun
    end
    return row
  end
  for i = 1, count do
    local topic = rng:integer(1, TOPICS)
    first[i], second[i] = half(topic), half(topic)
  end
  return lab.tensor(first, "int64"), lab.tensor(second, "int64")
end

-- The mean reciprocal rank of each half's other half, by the cosine of mean hidden states.
local function retrieval(net, first, second)
  return lab.no_grad(function()
    local function vectors(x)
      local h = net:hidden(x):mean(2)
      return h / h:square():sum(2, { keepdim = true }):sqrt()
    end
    local similar = vectors(first):matmul(vectors(second):t())
    local own = similar:diag():unsqueeze(2)
    return (1 / similar:ge(own):to("float32"):sum(2)):mean():item()
  end)
end

local function checkpoints(run)
  local rng, topics = run:rng("topics"), {}
  for t = 1, TOPICS do
    topics[t] = {}
    for k, noun in ipairs(rng:permutation(NOUNS):totable()) do
      if k <= 6 then topics[t][k] = noun end
    end
  end
  local a, b = halves(3000, topics, run:rng("documents"))
  local set = lab.data.from{ text = lab.cat({ a, b }, 2) }
  local ha, hb = halves(600, topics, run:rng("held out"))
  local function hide(text, source)
    return lab.data.mask_tokens(text, { mask = 1, vocab = VOCAB, rate = 0.2, special = { 1 }, rng = source })
  end
  local hidden, wanted = hide(lab.cat({ ha, hb }, 2), run:rng("held out masks"))
  local queries, passages = halves(200, topics, run:rng("queries"))
  local others, other_passages = halves(200, topics, run:rng("other queries"))      -- for selection

  local net = lab.nn.Transformer{ kind = "encoder", vocab = VOCAB, width = 32, depth = 1, heads = 4, context = 2 * HALF,
    masked_lm = true }
  local opt = lab.optim.AdamW(net, { lr = P.lr })
  local rate = lab.schedule.linear{ lr = P.lr, steps = P.encoder_steps }
  local masks, losses, scores, tested = run:rng("masks"), {}, {}, {}
  for step, batch in set:batches(P.batch, { steps = P.encoder_steps, rng = run:rng("order") }) do
    opt.lr = rate(step)
    local x, y = hide(batch.text, masks)
    opt:minimize(lab.nn.cross_entropy(net(x), y, { ignore = 0 }), { clip = 1 })
    if step % 40 == 0 then
      local k = #losses + 1
      losses[k] = lab.no_grad(function() return lab.nn.cross_entropy(net(hidden), wanted, { ignore = 0 }):item() end)
      scores[k], tested[k] = retrieval(net, others, other_passages), retrieval(net, queries, passages)
      run:log(step, { masked_loss = losses[k], reciprocal_rank = scores[k] })
    end
  end
  local by_loss, by_score = lab.tensor(losses):argmin():item(), lab.tensor(scores):argmax():item()
  return {
    step_of_loss = by_loss * 40, step_of_score = by_score * 40,
    score_by_loss = tested[by_loss], score_by_score = tested[by_score], score_at_first = tested[1],
  }
end

-- %% [markdown]
-- ## Two domains
-- %%
local general = {
  "S -> the N V the N . | a N V a N . | the A N V .", "N -> man | woman | child | court | clerk | paper | house | law",
  "V -> sees | takes | keeps | gives | holds | signs", "A -> old | new | small | good",
}
local legal = {
  "S -> the P shall V the O under C . | no P may V an O save C . | where the O is D the P shall V it .",
  "P -> court | clerk | party | tenant", "O -> law | paper | house | lease | title | bond",
  "V -> keeps | gives | holds | signs | serve | void",
  "C -> article X | clause X", "X -> one | two | three | four", "D -> void | served | signed | due",
}
if P.domain == "general" then legal = general end

local tok
do
  local some = lab.data.grammar{ rules = general, count = 400, trees = false, rng = lab.rng(1) }
  some = some:concat(lab.data.grammar{ rules = legal, count = 400, trees = false, rng = lab.rng(2) })
  tok = lab.tokenizer.words(some.text)
end

-- Running text, cut into windows; of general text, one sentence in `every` is legal.
local function windows(rules, count, length, rng, every)
  local texts = lab.data.grammar{ rules = rules, count = count, trees = false, rng = rng }.text
  local stray = every and lab.data.grammar{ rules = legal, count = count // every, trees = false, rng = rng }.text or {}
  for i = 1, #stray do texts[i * every] = stray[i] end
  return lab.data.windows(tok:encode(table.concat(texts, " ")), length)
end

local function continuation(run, out)
  local set = {
    general = windows(general, 3000, 16, run:rng("general"), 20), legal = windows(legal, 2000, 16, run:rng("legal")),
    long = windows(legal, 2000, 32, run:rng("long")),
  }
  local test = {
    general = windows(general, 500, 16, run:rng("general test")),
    legal = windows(legal, 500, 16, run:rng("legal test")),
  }

  local base = lab.nn.Transformer{ vocab = tok.vocab, width = 32, depth = 1, heads = 4, positions = "rope" }
  local function learn(net, opt, data, steps, size, rng)
    for _, batch in data:batches(size, { steps = steps, rng = rng }) do
      opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y), { clip = 1 })
    end
  end
  local function measure(name, net)
    for domain, set in pairs(test) do out[domain .. "_" .. name] = lab.metrics.perplexity(net, set) end
  end
  learn(base, lab.optim.AdamW(base, { lr = P.lr }), set.general, P.pretrain, P.batch, run:rng("pretrain"))
  measure("base", base)

  local function mixed(share)                                              -- of general text
    return share == 0 and set.legal or lab.data.mix({ set.general, set.legal }, { ratios = { share, 1 - share } })
  end
  local arms = {
    direct = { 0, 0, 0, 0 }, phased = { 0.75, 0.5, 0.25, "long" }, even = { 0.375, 0.375, 0.375, 0.375 },
  }
  for _, name in ipairs{ "direct", "phased", "even" } do
    local net = base:clone()
    local opt = lab.optim.AdamW(net, { lr = P.lr / 3 })
    for phase, share in ipairs(arms[name]) do
      local rng = run:rng("phase " .. phase)
      if share == "long" then
        learn(net, opt, set.long, P.phase, P.batch // 2, rng)             -- half as many texts of twice the length
      else
        learn(net, opt, mixed(share), P.phase, P.batch, rng)
      end
    end
    measure(name, net)
  end
end

-- %%
local r = lab.trials(function(run)
  local out = checkpoints(run)
  continuation(run, out)
  return out
end)
-- %%
print(r)
local arms = { "base", "direct", "phased", "even" }
local bars = { names = arms, title = "Perplexity of legal text" }
for i, arm in ipairs(arms) do bars[i] = r["legal_" .. arm] end
lab.plot.bars(bars)
bars = { names = arms, title = "Perplexity of general text" }
for i, arm in ipairs(arms) do bars[i] = r["general_" .. arm] end
lab.plot.bars(bars)
-- %%
lab.plot.line{ r.series.reciprocal_rank, title = "Retrieval by checkpoint", x_label = "step",
  y_label = "mean reciprocal rank" }
lab.plot.line{ r.series.masked_loss, title = "Masked language modelling, held out", x_label = "step", y_label = "loss" }
-- %% [markdown]
-- **Result** (seeds 1 to 8). Continued pretraining cuts the perplexity of legal text by 54 % [51, 57] in phases and by
-- 55 % [52, 57] directly: supported. Going directly leaves general text 6.3 times [4.2, 8.4] as perplexing as the
-- phases do, and the phases cost 1.2 % [0.4, 2.0] in the domain: supported. The schedule is not what keeps general
-- text, though: the same share of it in every step forgets hardly anything (3.8, from 3.6 before; phases 8.2, direct
-- 52). What the phases have over it is the domain, 2.32 against 2.43.
--
-- That the best checkpoint for retrieval comes before that of the least loss is undecided, as expected. It comes 60
-- steps earlier [3, 117], which says little: the loss was least at the last step in all seeds, so nothing could come
-- later. A choice by retrieval gained nothing on the queries that judge, -0.0009 [-0.0036, 0.0018] on 0.113. Retrieval
-- here rises as long as the loss falls, so that there is nothing to gain by stopping; the reversal that the paper
-- reports may need longer training than these 600 steps.
