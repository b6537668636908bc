-- %% [markdown]
-- # Pretraining with preferences from the start
-- Text from people holds things that a model should not say. One can pretrain on all of it and correct the model
-- afterwards, or let the model know from the start what is liked. The paper scores each sentence with a reward and
-- compares objectives on the same text:
--
-- - *MLE*: as if there were no scores;
-- - *conditional training*: `<good>` or `<bad>` stands before each sentence, and one samples behind `<good>`;
-- - *filtering*: MLE on the documents that score well; *unlikelihood*: `-log(1 - p)` for bad words in place of `-log
--   p`; *reward-weighted regression* (RWR): sentences weighted by `exp(reward / beta)`;
-- - *feedback finetuning*: MLE first, then conditional training for the last few percent of the steps.
--
-- It finds that conditional training cuts what is undesired by up to an order of magnitude, also behind bad prompts,
-- keeps the abilities, and that feedback from the start beats learning first and unlearning later.
-- %%
local P = lab.recipe {
  id = "phf-conditional-training", title = "Pretraining with preferences from the start", year = 2023,
  paper = "Pretraining Language Models with Human Preferences", theme = "negative-examples",
  params = {
    documents = 2000, sentences = 4, width = 32, batch = 16, steps = 250, lr = 5e-3, samples = 200,
    beta = lab.num(0.5, { min = 0.01, help = "of reward-weighted regression" }),
    untagged = lab.num(0.1, { min = 0, max = 1, help = "share of sentences without a tag in conditional training" }),
    scores = lab.choice("true", { "true", "shuffled" }, { help = "shuffled: each sentence gets the score of another" }),
  },
  seeds = 8, smoke = { documents = 100, steps = 20, samples = 8 },
}

-- %% [markdown]
-- **What is smaller here.** A made-up language, a decoder of two layers and 28 thousand weights, and a reward that
-- knows the forbidden words exactly. The advantage-weighted variant is left out. All objectives begin with the same
-- weights and see as many batches of the same texts with the same schedule (0.005, 250 steps); feedback finetuning
-- starts from the finished MLE model, so it gets its steps on top.
--
-- **What would refute it.** Samples behind `<good>` that are as bad as those of MLE; clean text that becomes less
-- likely; a short finetuning that does as well.
--
-- **Thresholds.** Before any run: a quarter of the bad sentences (log ratio 1.39), at most 0.03 nats, and any
-- advantage over feedback in the last tenth. Pilot seeds 1000 to 1002 gave a log ratio of 2.56 (2.36 to 2.74), -0.04
-- nats and an advantage of 0.23 (0.19 to 0.25); the last threshold became 0.11, half of that. The gain in nats is no
-- gain in skill: `<good>` tells that the noun is not forbidden.
-- %%
lab.claim("conditional training cuts bad sentences to less than a quarter", {
  measure = function(r) return r.log_ratio end, above = math.log(4),
})
lab.claim("it costs no ability on clean text", {
  measure = function(r) return r.clean_conditional - r.clean_mle end, below = 0.03,
})
lab.claim("feedback from the start beats feedback in the last tenth", {
  measure = function(r) return r.rate_tune_10 - r.rate_conditional end, above = 0.11,
})
lab.control("tags that tell nothing change nothing", { set = { scores = "shuffled" }, breaks = 1 })

-- %% [markdown]
-- ## Text with something to avoid
-- Sentences have seven words, one of them a noun. A quarter of the sentences are bad: their noun is a forbidden one.
-- Badness is contagious: behind a good sentence one of ten is bad, behind a bad one seven of ten, so a model that
-- knows the text well goes on as it began. Bad sentences also prefer other names.
-- %%
local lists = {
  NAME = "anna otto mia emil lena paul nora hugo ida karl elsa finn greta anton rosa bruno",
  NOUN = "stone bird boat apple lamp horse table letter river coat bread window garden fish ladder clock mirror wagon "
    .. "basket fox",
  BAD = "poison dagger slime curse venom trap",
  VERB = "sees takes finds brings carries paints loses hides sells wants holds breaks",
  ADJ = "red small old shiny heavy broken quiet green warm empty round dark",
  PLACE = "house forest market harbour school valley tower field",
}
local kinds = {}
for _, kind in ipairs{ "NAME", "NOUN", "BAD", "VERB", "ADJ", "PLACE" } do
  kinds[kind] = {}
  for word in lists[kind]:gmatch("%S+") do table.insert(kinds[kind], word) end
end
local templates = {
  "NAME VERB the ADJ NOUN today .", "the NOUN of NAME is ADJ .", "NAME and NAME VERB the NOUN .",
  "in the PLACE is a NOUN .", "NAME VERB a NOUN for NAME .", "the ADJ NOUN is ADJ again .",
}
local everything = { "the today of is and in a for again ." }
for _, kind in ipairs{ "NAME", "NOUN", "BAD", "VERB", "ADJ", "PLACE" } do everything[#everything + 1] = lists[kind] end
local tok = lab.tokenizer.words(table.concat(everything, " "), { special = { "<any>", "<good>", "<bad>" } })
local ANY, GOOD, BAD, WORDS = tok:id("<any>"), tok:id("<good>"), tok:id("<bad>"), 7

-- Rows: ids {sentences, 7} of a document, and for each sentence whether it is bad.
local function documents(count, rng, stays)
  local ids, bad = {}, {}
  for i = 1, count do
    local texts, marks = {}, {}
    for k = 1, P.sentences do
      local before = marks[k - 1]
      marks[k] = rng:uniform() < (stays or before == nil and 0.25 or before == 1 and 0.7 or 0.1) and 1 or 0
      texts[k] = templates[rng:integer(1, #templates)]:gsub("%u+", function(kind)
        if kind == "NOUN" and marks[k] == 1 then kind = "BAD" end
        local list = kinds[kind]
        local place = rng:integer(1, #list)
        if kind == "NAME" and place % 2 ~= marks[k] and rng:uniform() < 0.5 then place = rng:integer(1, #list) end
        return list[place]
      end)
    end
    ids[i], bad[i] = tok:encode(table.concat(texts, " ")), marks
  end
  return lab.data.from{ ids = lab.stack(ids, 1):reshape{ count, P.sentences, WORDS }, bad = lab.tensor(bad) }
end

local forbidden = lab.zeros{ tok.vocab }
for _, word in ipairs(kinds.BAD) do forbidden[tok:id(word)] = 1 end
local function is_bad(words)                                           -- {..., 7} gives {...}
  return forbidden:index_select(1, words:reshape{ -1 }):reshape(words.shape):max(-1)
end

-- A tag before each sentence: ids {batch, sentences * 8}.
local function with_tags(ids, tags)
  return lab.cat({ tags:unsqueeze(3), ids }, 3):reshape{ ids:size(1), -1 }
end

-- %% [markdown]
-- ## Objectives
-- Tags are given, never predicted: all objectives have the same targets. Without a tag a sentence begins with `<any>`.
-- %%
local function word_losses(net, ids, tags)                             -- {batch, sentences, 7}
  local text = with_tags(ids, tags)
  local logits = net(text:narrow(2, 1, text:size(2) - 1))
  local each = lab.nn.cross_entropy(logits, text:narrow(2, 2, text:size(2) - 1), { reduce = "none" })
  each = lab.cat({ lab.zeros{ ids:size(1), 1 }, each }, 2):reshape{ ids:size(1), P.sentences, WORDS + 1 }
  return each:narrow(3, 2, WORDS)
end
local function untagged(bad) return lab.full(bad.shape, ANY, "int64") end

local objectives = {}
function objectives.mle(net, batch) return word_losses(net, batch.ids, untagged(batch.bad)):mean() end
function objectives.conditional(net, batch, rng)
  local tags = (batch.bad * (BAD - GOOD) + GOOD):to("int64")
  local none = lab.rand(batch.bad.shape, { rng = rng }):lt(P.untagged):to("int64")
  return word_losses(net, batch.ids, tags * (1 - none) + ANY * none):mean()
end
function objectives.unlikelihood(net, batch)
  local each = word_losses(net, batch.ids, untagged(batch.bad))
  local wrong = forbidden:index_select(1, batch.ids:reshape{ -1 }):reshape(batch.ids.shape) * batch.bad:unsqueeze(3)
  local unlikely = -(1 - (-each):exp()):maximum(1e-6):log()
  return (each * (1 - wrong) + unlikely * wrong):mean()
end
function objectives.rwr(net, batch)                                    -- reward 0, or -1 for a bad sentence
  local each = word_losses(net, batch.ids, untagged(batch.bad))
  return (each * (-batch.bad / P.beta):exp():unsqueeze(3)):mean()
end
objectives.filter = objectives.mle

local function train(net, set, objective, steps, run, name)
  local opt, rng = lab.optim.AdamW(net, { lr = P.lr }), run:rng("tags " .. name)
  local rate = lab.schedule.cosine{ lr = P.lr, steps = steps, warmup = steps // 20 }
  for step, batch in set:batches(P.batch, { steps = steps, rng = run:rng(name) }) do
    opt.lr = rate(step)
    opt:minimize(objectives[objective](net, batch, rng), { clip = 1 })
  end
  return net
end

-- %% Sampling: sentence by sentence, each behind the tag; documents begin with nothing or with two bad sentences
local function rate_of(net, tag, begun, rng)
  local count = begun and begun:size(1) or P.samples
  local text, bad = begun and with_tags(begun, lab.full({ count, begun:size(2) }, ANY, "int64")), 0
  for k = 1, 3 do
    local next_tag = lab.full({ count, 1 }, tag, "int64")
    text = text and lab.cat({ text, next_tag }, 2) or next_tag
    local words = net:generate(text, { max = WORDS, temperature = 1, rng = rng })
    text, bad = lab.cat({ text, words }, 2), bad + is_bad(words):mean():item() / 3
  end
  return bad
end

-- %%
local r = lab.trials(function(run)
  local set = documents(P.documents, run:rng("train"))
  if P.scores == "shuffled" then
    local order = lab.randperm(set.bad:numel(), { rng = run:rng("shuffled") })
    set = set:with("bad", set.bad:reshape{ -1 }:index_select(1, order):reshape(set.bad.shape))
  end
  local clean, prompts = documents(200, run:rng("clean"), 0), documents(P.samples, run:rng("prompts"), 1)
  local kept = set:filter(set.bad:max(2):eq(0))
  local start = lab.nn.Transformer{ vocab = tok.vocab, width = P.width, depth = 2, heads = 1, positions = "rope" }
  start:load(start:weights():map(function(_, w) return w:dim() > 1 and 8 * w or w end))      -- for so narrow a net
  local out, nets = { kept = #kept / #set }, {}
  local function judge(name, net, tag)
    out["rate_" .. name] = rate_of(net, tag, nil, run:rng("samples"))
    out["prompted_" .. name] = rate_of(net, tag, prompts.ids:narrow(2, 1, 2), run:rng("samples"))
    local tags = lab.full(clean.bad.shape, tag, "int64")
    out["clean_" .. name] = lab.no_grad(function() return word_losses(net, clean.ids, tags):mean() end)
  end
  for _, name in ipairs{ "mle", "conditional", "filter", "unlikelihood", "rwr" } do
    nets[name] = train(start:clone(), name == "filter" and kept or set, name, P.steps, run, "train")
    judge(name, nets[name], name == "conditional" and GOOD or ANY)
  end
  for _, percent in ipairs{ 5, 10, 30, 100 } do
    local tuned = train(nets.mle:clone(), set, "conditional", math.max(1, P.steps * percent // 100), run, "tune")
    judge("tune_" .. percent, tuned, GOOD)
  end
  local one = 1 / (3 * P.samples)                                      -- a rate of zero counts as one bad sentence
  out.log_ratio = math.log(math.max(out.rate_mle, one) / math.max(out.rate_conditional, one))
  return out
end)

-- %% [markdown]
-- Why feedback comes too late: a model must learn to look at the tag. On the pilot seeds 30 % of the steps, spent
-- after MLE, changed nothing (0.25 bad sentences); as many steps as MLE itself had, so double the cost, led to 0.016.
-- Filtering and unlikelihood, which cannot be asked for anything, were slightly below conditional training (0.01):
-- where badness is a matter of single words and the reward never errs, throwing away 45 % of the documents does no
-- harm. The paper's point against filtering, that it wastes text, is not tested here.
-- %%
print(r)
lab.plot.bars{
  r.rate_mle, r.rate_tune_5, r.rate_tune_10, r.rate_tune_30, r.rate_tune_100, r.rate_conditional, r.rate_rwr,
  r.rate_unlikelihood, r.rate_filter,
  names = { "MLE", "then 5 % feedback", "then 10 %", "then 30 %", "then 100 %", "conditional", "RWR", "unlikelihood",
    "filtering" },
  title = "Share of bad sentences in samples" }
lab.plot.bars{
  r.prompted_mle, r.prompted_tune_10, r.prompted_conditional, r.prompted_rwr, r.prompted_unlikelihood,
  r.prompted_filter,
  names = { "MLE", "then 10 % feedback", "conditional", "RWR", "unlikelihood", "filtering" },
  title = "Share of bad sentences behind two bad ones" }
lab.plot.scatter{
  { x = { r.clean_mle:mean() }, y = { r.rate_mle:mean() }, name = "MLE" },
  { x = { r.clean_conditional:mean() }, y = { r.rate_conditional:mean() }, name = "conditional" },
  { x = { r.clean_rwr:mean() }, y = { r.rate_rwr:mean() }, name = "RWR" },
  { x = { r.clean_unlikelihood:mean() }, y = { r.rate_unlikelihood:mean() }, name = "unlikelihood" },
  { x = { r.clean_filter:mean() }, y = { r.rate_filter:mean() }, name = "filtering" },
  title = "Badness against the loss on clean text", x_label = "nats per word", y_label = "bad" }
-- %% [markdown]
-- **Result** (seeds 1 to 8). Conditional training cuts bad sentences from 0.246 to 0.067. That the cut is to less than
-- a quarter is undecided: the log ratio is 1.58 [0.93, 2.24], and log 4 is 1.39. It costs nothing on clean text, -0.033
-- nats [-0.045, -0.021], and feedback from the start beats feedback in the last tenth by 0.170 [0.114, 0.225]: both
-- supported.
--
-- The pilot seeds had promised more (2.56). From seed to seed the share of bad sentences varies between 0.018 and 0.18.
-- The likely reason is that a model must discover the tag within 250 steps, and some do so late: the seed with most bad
-- sentences is also the one in which `<good>` tells it least about clean text (0.012 nats). As many steps of feedback
-- after MLE are a matter of luck, too, from 0.007 to 0.27. Filtering and unlikelihood, which need no such discovery,
-- leave 0.006 and 0.007, and RWR 0.045, so the order of the objectives is not the paper's.
