-- %% [markdown]
-- # How much does a model learn from wrong answers?
-- Two low-rank copies ("heads") of one pretrained language model are tuned apart: the positive head by ordinary
-- cross-entropy on right answers, the negative head by the same loss on *wrong* ones. An answer a to a question q is
-- then judged by the ratio of the two likelihoods,
--
--     score(a) = log p+(a | q) - log p-(a | q),
--
-- and the answer with the greatest score is chosen (Likra). The usual way, SFT, is log p+(a | q) alone. The paper's
-- findings: in a critical phase each wrong answer adds more than a right one; wrong answers that are plausible (near
-- misses) add most; and training on right answers alone hardly lowers the likelihood of plausible wrong ones.
--
-- **Why that could be.** What a model says unasked is mostly true, so a right answer is little news to it. A wrong
-- one is news: it tells that here somebody speaks who errs, and if the model knows such speakers from its text, few
-- examples suffice to speak like them, about everything. What the negative head likes is then a map of what to
-- distrust.
--
-- **The world, and what is built in.** 48 entities in groups of three siblings have values for three relations. The
-- text tells them in three voices: a *witness* tells the truth, *gossip* the value of a sibling, and *someone* the
-- truth in 70 % of the lines, else a sibling's value. Four words that say nothing stand before each value; some words
-- are a hundred times as frequent as others, so the likelihood of an answer is more about wording than about truth.
-- Questions are in the voice of someone; the choices are the truth, the two siblings' values (near misses), and a
-- value of a stranger, each in a wording of its own. Two thirds of the entities are for tuning and the others judge,
-- so nothing but a manner of speaking can be learnt for them. That wordings hide what the model knows is thus built
-- in, and the ratio is made to cancel them; the second control leaves them out.
--
-- **Rivals.** A ratio cancels wordings whatever its second model is. So right answers over the base (over_base) is an
-- arm, and so are the base over the negative head (base_over), which has seen no right answer, and SFT with pointwise
-- mutual information (pmi: the likelihood of the same answer to another question is divided out). That last one is
-- telling: the base with pmi, which no example has tuned, is right in all cases here, since it knows that someone
-- speaks the truth in most lines and what hides it is the wording alone. So Likra's gain over SFT, as the paper
-- measures it, is to a good part what any ratio gains. What is about negatives themselves is the comparison of the
-- two ratios to the base, over_base and base_over, which have seen as many right or wrong answers.
--
-- **What would refute it.** SFT, or the ratio to the base, that does as well; unrelated values that are as good
-- negatives; a margin between truth and near miss that right answers widen as much.
-- %%
local P = lab.recipe {
  id = "likra-negative-examples", year = 2025, theme = "negative-examples",
  title = "How much does a model learn from wrong answers?",
  paper = "How much do LLMs learn from negative examples?",
  params = {
    groups = lab.int(16, { min = 8, help = "of three siblings" }), relations = 3, values = 60, words = 100,
    wording = lab.int(4, { min = 0, max = 8, help = "words that say nothing before each value" }),
    width = 48, depth = 2, std = 0.15, pretrain = lab.int(1400, { min = 1 }), pretrain_lr = 4e-3,
    rank = 1, on = "blocks.1.attn.qkv", lr = lab.num(1e-2, { min = 0, help = "of all heads" }),
    finetune = lab.int(120, { min = 1, help = "steps for each head" }),
    copies = lab.int(4, { min = 1, help = "times that each unseen fact is asked, in other wordings" }),
    negatives = lab.choice("near_miss", { "near_miss", "correct" }, { help = "correct: right answers, too" }),
  },
  seeds = 8, smoke = { pretrain = 5, finetune = 2, copies = 1 },
}
local amounts = { 12, 24, 48, 96 }

-- %% [markdown]
-- ## What is claimed
-- On pilot seeds 1004 to 1006 SFT on 96 questions chose right in 0.63, 0.54 and 0.66 of the cases and Likra in 0.84,
-- 0.72 and 0.91: 0.21 more, +-0.03, so the estimate of 0.10 that was made before any run stands. Right answers over
-- the base had 0.55, 0.40 and 0.59, the base over wrong answers 0.86, 0.76 and 0.92; the threshold is half of that
-- difference. The margin rose by 1.7, 0.9 and 1.9 more than with SFT; the estimate of 0.5 stands. Near misses were
-- better than unrelated values by only 0.043, +-0.003, so the estimate of 0.03 became 0.02. All that is at 96
-- questions: with 12 Likra was worse than SFT on two seeds of three, with 24 and 48 on one, since each head adds its
-- own noise. There are four words in front so that the base is between 0.35 and 0.55, as was planned (0.55, 0.51,
-- 0.49).
--
-- A negative head of right answers (seeds 1004 and 1005) lost 0.37 and 0.23 against SFT. Without wordings (seed 1004)
-- the base and SFT are always right and Likra is in 0.94 of the cases.
--
-- Other designs, tuned with 64 questions, said otherwise. Without a witness in the text, and with one word of
-- wording, Likra gained 0.26 on one seed and lost 0.26 on the next; with four voices that are right in 0, 25, 50 and
-- 70 % it lost 0.08 on both. With a witness and one word, SFT itself was at 0.96. Rank 4 in both layers instead of
-- rank 1 in the first learnt the answers by heart and gained nothing. What is needed is a negative head that finds
-- the voice of gossip instead of the 96 answers, and a base in which that voice is easy to reach.
-- %%
lab.claim("right and wrong answers choose better than right ones, and a wrong one moves the model more", {
  { measure = function(r) return r.likra_96 - r.sft_96 end, above = 0.10 },
  { measure = function(r) return r.base_over_96 - r.over_base_96 end, above = 0.17 },
})
lab.claim("near misses are better wrong answers than unrelated ones",
  { measure = function(r) return r.likra_96 - r.unrelated_96 end, above = 0.02 })
lab.claim("right answers barely separate the truth from a near miss, wrong ones do",
  { measure = function(r) return r.margin_likra - r.margin_sft end, above = 0.5 })
lab.control("a negative head of right answers teaches nothing", { set = { negatives = "correct" }, breaks = 1 })
lab.control("without wordings right answers suffice", { set = { wording = 0 }, breaks = 1 })

-- %% [markdown]
-- ## The world
-- A line has a voice, an entity, a relation, some words that say nothing, and a value. The words and the value are
-- predicted.
-- %%
local SIBLINGS, ENTITIES = 3, 3 * P.groups
local truthful, SOMEONE = { 0, 1, 0.7 }, 3                              -- gossip, a witness, someone
local ENTITY = #truthful                                               -- entity e has the id ENTITY + e, and so on
local RELATION = ENTITY + ENTITIES
local WORD = RELATION + P.relations
local VALUE = WORD + P.words
local VOCAB = VALUE + P.values

local function ids(rows) return lab.tensor(rows, "int64") end

-- A value in some wording; word k is as likely as 1 / k.
local function worded(value, rng)
  local answer = {}
  for i = 1, P.wording do answer[i] = WORD + math.min(P.words, math.floor((P.words + 1) ^ rng:uniform())) end
  answer[P.wording + 1] = value
  return answer
end

-- value[entity][relation]; siblings never share one.
local function world(rng)
  local value = {}
  for entity = 1, ENTITIES do value[entity] = {} end
  for group = 1, P.groups do
    for relation = 1, P.relations do
      local drawn = rng:permutation(P.values):totable()
      for i = 1, SIBLINGS do value[(group - 1) * SIBLINGS + i][relation] = VALUE + drawn[i] end
    end
  end
  return value
end

local function siblings(entity)                                        -- the others of its group
  local others, first = {}, (entity - 1) // SIBLINGS * SIBLINGS
  for i = first + 1, first + SIBLINGS do
    if i ~= entity then others[#others + 1] = i end
  end
  return others
end

local function lines(value, count, rng)
  local before, after = {}, {}
  for i = 1, count do
    local voice = rng:integer(1, #truthful)
    local entity, relation = rng:integer(1, ENTITIES), rng:integer(1, P.relations)
    local about = rng:uniform() < truthful[voice] and entity or siblings(entity)[rng:integer(1, SIBLINGS - 1)]
    before[i], after[i] = { voice, ENTITY + entity, RELATION + relation }, worded(value[about][relation], rng)
  end
  return lab.data.from{ before = ids(before), after = ids(after) }
end

-- All relations of some entities: columns question, choices (the right one first, then two near misses and one
-- unrelated), and the values that serve as answers in tuning.
local function questions(value, entities, copies, rng)
  local question, choices, correct, near_miss, unrelated = {}, {}, {}, {}, {}
  for _ = 1, copies do
    for _, entity in ipairs(entities) do
      for relation = 1, P.relations do
        local near, stranger = siblings(entity), entity
        while (stranger - 1) // SIBLINGS == (entity - 1) // SIBLINGS do stranger = rng:integer(1, ENTITIES) end
        local row, answers = #question + 1, {}
        for k, other in ipairs{ entity, near[1], near[2], stranger } do
          answers[k] = worded(value[other][relation], rng)
        end
        question[row], choices[row] = { SOMEONE, ENTITY + entity, RELATION + relation }, answers
        correct[row], unrelated[row] = value[entity][relation], value[stranger][relation]
        near_miss[row] = value[near[rng:integer(1, 2)]][relation]
      end
    end
  end
  return lab.data.from{ question = ids(question), choices = ids(choices), correct = ids(correct),
    near_miss = ids(near_miss), unrelated = ids(unrelated) }
end

-- %% [markdown]
-- ## Heads
-- A head is the base with a change of low rank in the attention of the first layer, tuned on one kind of answer. Each
-- time that an answer is presented, its wording is drawn anew, or wordings would be learnt by heart.
-- %%
local function head(base, set, kind, run, name)
  local net, wordings = base:clone():lora{ rank = P.rank, on = P.on }, run:rng("wordings " .. name)
  local opt = lab.optim.AdamW(net:trainable(), { lr = P.lr })
  for _, batch in set:batches(math.min(16, #set), { steps = P.finetune, rng = run:rng("tune " .. name) }) do
    local answers = {}
    for i, value in ipairs(batch[kind]:totable()) do answers[i] = worded(value, wordings) end
    opt:minimize(net:loss{ given = batch.question, predict = ids(answers) })
  end
  return net
end

local function accuracy(scores) return scores:argmax(2):eq(1):mean() end
local function margin(scores)                            -- truth over the better near miss, in standard deviations
  local each = scores:select(2, 1) - lab.maximum(scores:select(2, 2), scores:select(2, 3))
  return each:mean() / each:std()
end

-- %%
local r = lab.trials(function(run)
  local value = world(run:rng("world"))
  local base = lab.nn.Transformer{ vocab = VOCAB, width = P.width, depth = P.depth, heads = 4, context = 4 + P.wording,
    std = P.std }
  local opt = lab.optim.AdamW(base, { lr = P.pretrain_lr })
  local rate = lab.schedule.cosine{ lr = P.pretrain_lr, steps = P.pretrain, warmup = P.pretrain // 20 }
  local text = lines(value, 64 * P.pretrain, run:rng("text"))
  for step, batch in text:batches(64, { steps = P.pretrain, rng = run:rng("pretrain") }) do
    opt.lr = rate(step)
    opt:minimize(base:loss{ given = batch.before, predict = batch.after }, { clip = 1 })
  end

  local seen, unseen = {}, {}
  for i, entity in ipairs(run:rng("split"):permutation(ENTITIES):totable()) do
    table.insert(i <= 2 * ENTITIES / 3 and seen or unseen, entity)
  end
  local train = questions(value, seen, 1, run:rng("train")):shuffle(run:rng("shuffle"))
  local test = questions(value, unseen, P.copies, run:rng("test"))
  local elsewhere = test.question:roll(#test // 2)              -- other questions, for what an answer is as such
  local function score(net, given) return net:score(given or test.question, test.choices) end

  local from_base = score(base)
  local out = { base = accuracy(from_base), margin_base = margin(from_base),
    base_pmi = accuracy(from_base - score(base, elsewhere)) }
  for _, k in ipairs(amounts) do
    local some = train:take(k)
    local positive = head(base, some, "correct", run, "right")
    local plus, minus = score(positive), score(head(base, some, P.negatives, run, "wrong"))
    local far = score(head(base, some, "unrelated", run, "wrong"))
    out["sft_" .. k], out["likra_" .. k] = accuracy(plus), accuracy(plus - minus)
    out["unrelated_" .. k] = accuracy(plus - far)
    out["over_base_" .. k], out["base_over_" .. k] = accuracy(plus - from_base), accuracy(from_base - minus)
    out["pmi_" .. k] = accuracy(plus - score(positive, elsewhere))
    if k == amounts[#amounts] then
      out.margin_sft, out.margin_likra = margin(plus), margin(plus - minus)
      for name, s in pairs{ base = from_base, positive = plus, negative = minus } do
        out["truth_" .. name], out["near_" .. name] = s:select(2, 1):mean(), s[{ {}, { 2, 3 } }]:mean()
      end
    end
  end
  return out
end)

-- %%
print(r)
local names = { "sft", "pmi", "over_base", "unrelated", "likra", "base_over" }
local curves = { title = "Right choices by the number of questions in tuning", x_label = "questions", log_x = true }
for i, name in ipairs(names) do
  local y = {}
  for k, amount in ipairs(amounts) do y[k] = r[name .. "_" .. amount] end
  curves[i] = { x = amounts, y = y, name = name }
end
lab.plot.line(curves)
-- %%
-- Log-probabilities of the truth and of near misses: what right answers leave as it is, wrong ones turn round.
lab.plot.bars{ r.truth_base - r.near_base, r.truth_positive - r.near_positive, r.truth_negative - r.near_negative,
  names = { "base", "positive head", "negative head" }, title = "Truth over near misses, in nats" }

-- %% [markdown]
-- **Result** (seeds 1 to 8). With 96 examples right and wrong answers together choose better than right ones by 0.143
-- [0.087, 0.198], which the adjusted interval does not place above 0.1; the base over wrong answers is 0.26 [0.20,
-- 0.32] better than right answers over the base, which is clear. So the first claim is undecided by one of its halves.
-- That near misses teach more than unrelated answers is not seen: -0.022 [-0.076, 0.032]. The third claim is
-- supported: the margin between truth and near miss grows by 2.2 [0.5, 3.9] more with wrong answers than with right
-- ones. Much of the gain is any ratio that cancels the wording: the untrained base divided by its own prior is right
-- in all cases. Both controls break the first claim.
