-- %% [markdown]
-- # Three curricula for a child-sized language model
-- Children hear few words first, simple sentences first, and perhaps learn kinds of words before words. The authors
-- give each of these to a masked language model that is trained on as much text as a child hears, and find no
-- consistent gain over the same model without a curriculum; choosing the hyperparameters well helps more.
--
-- - *Vocabulary*: in the first half of training rare words are unknown, and the number of known ones grows linearly.
-- - *Data*: child-like sentences first; the pace lets prose in linearly over the first half.
-- - *Objective*: in the first half the kind of each hidden word (noun, verb, ...) is predicted beside the word
--   itself; or (kinds_first) for the first quarter the kind alone.
--
-- All start from the same weights and take the same number of steps with the same schedule as the baseline, a
-- shuffle.
--
-- **What is smaller here.** One layer of width 32 and 800 generated sentences, half child-like ("the dog sleeps ."),
-- half prose ("the dog near some old cats sees itself today ."), seen many times over. Words follow Zipf's law, so
-- there are rare ones. Grammar is judged by minimal pairs, of which the right one should have the higher
-- pseudo-log-likelihood (each word predicted while it is hidden): agreement of the verb across nouns of the other
-- number, of the determiner, and of the reflexive; and "ever", which only a subject with "no" allows. Their subjects
-- are drawn at equal chances, so that rare nouns count.
--
-- **How "no gain" is claimed.** Not finding a difference shows nothing. The first claim is equivalence: the interval
-- of each arm's mean difference has to lie within 0.03 of accuracy on both sides, so a curriculum that helps or harms
-- refutes it. The second is the weaker half, that none gains 0.03, and holds all four arms to it. The rate of
-- learning was chosen for the shuffle and serves all arms; "default" is RoBERTa's 0.0005.
-- %%
local P = lab.recipe {
  id = "climb-babylm-curricula", title = "Three curricula for a child-sized language model", year = 2023,
  paper = "CLIMB: Curriculum Learning for Infant-inspired Model Building", theme = "curriculum",
  params = {
    sentences = lab.int(800, { min = 64 }), steps = lab.int(1400, { min = 1 }), batch = 48, width = 32, depth = 1,
    lr = 6e-3, std = 0.15, default_lr = 5e-4,
    pairs = lab.int(150, { min = 1, help = "minimal pairs of each phenomenon" }),
    vocabulary = lab.choice("grows", { "grows", "stays" }, { help = "stays: half of the words are never known" }),
  },
  seeds = 8, smoke = { sentences = 64, steps = 2, pairs = 4 },
}

-- %% [markdown]
-- **Thresholds.** Both margins are the estimates made before any run. The shuffle was tried with rates of 0.003 and
-- 0.006, and was no better with 0.008. On pilot seeds 1004 and 1005 it judged 0.987 and 0.985 of the pairs right,
-- with RoBERTa's rate 0.758 and 0.735. The differences were -0.002 and -0.008 for the vocabulary, 0.002 and 0.005 for
-- the data, -0.013 and -0.005 for the objective, and -0.090 and -0.105 for kinds_first, which has a quarter fewer
-- steps on words. So of the two objectives only the joint one is held to equivalence. What differs is all in one
-- phenomenon, the verb, which is learnt last: with 900 steps, or with 500 sentences, its pairs move by 0.1 to 0.3
-- from arm to arm in either direction, and single seeds then show gains and losses of 0.03 to 0.05. Near the ceiling,
-- as here, a gain has little room: the verdict is about what curricula do to a model that is trained long enough.
-- With the control's vocabulary seed 1004 lost 0.125.
-- %%
local function gain(arm) return function(r) return r[arm] - r.shuffle end end
local function equivalent(arm) return { measure = gain(arm), within = { -0.03, 0.03 }, confidence = 0.9 } end
lab.claim("no curriculum makes a difference of 0.03",
  { equivalent "vocabulary", equivalent "data", equivalent "objective" })
lab.claim("no curriculum gains 0.03", {
  { measure = gain "vocabulary", below = 0.03 }, { measure = gain "data", below = 0.03 },
  { measure = gain "objective", below = 0.03 }, { measure = gain "kinds_first", below = 0.03 },
})
lab.claim("the learning rate matters more than any of the three",
  { measure = function(r) return (r.shuffle - r.default) - r.largest end, above = 0 })
lab.control("words that are never known make a difference", { set = { vocabulary = "stays" }, breaks = 1 })

-- %% [markdown]
-- ## Sentences and pairs
-- Every word has a kind. Word k of a kind is as likely as 1/k. Noun k in the plural is the noun with an s, and so is
-- verb k in the singular.
-- %%
local function list(text)
  local words = {}
  for word in text:gmatch("%S+") do words[#words + 1] = word end
  return words
end
local nouns = list [[ dog cat girl boy bird farmer horse teacher king sailor rabbit painter wizard miner heron weaver
  baker doctor lion pirate singer tailor goat raven driver hunter frog robber scholar tiger badger cooper
  mason potter dancer beetle otter gardener porter piper judge spider thrush warden tanner smith drummer glazier ]]
local acts = list "sleep run sing jump eat play smile wait dance swim dream whisper"
local sights = list "see like follow help call trust watch admire"
local adjectives, prepositions = list "big small old happy wild quiet", list "near behind with beside"
local times = list "today again here often"

local function zipf(words, rng)
  local total = 0
  for k = 1, #words do total = total + 1 / k end
  local left = rng:uniform() * total
  for k = 1, #words do
    left = left - 1 / k
    if left < 0 then return words[k] end
  end
  return words[#words]
end

local LENGTH = 11
local determiners = { { "the", "a", "this" }, { "the", "some", "these" } }
local selves = { "itself", "themselves" }

local function noun_phrase(number, rng, old, determiner)
  local noun = zipf(nouns, rng)
  local words = { determiner or determiners[number][rng:integer(1, 3)], number == 1 and noun or noun .. "s" }
  if old then table.insert(words, 2, zipf(adjectives, rng)) end
  return table.concat(words, " ")
end
local function verb(words, number, rng)
  local word = zipf(words, rng)
  return number == 1 and word .. "s" or word
end

-- A subject may be denied ("no dog"), and only then can the verb have an "ever".
local function subject_phrase(number, rng)
  local denied = rng:uniform() < 0.25
  return noun_phrase(number, rng, false, denied and "no" or nil), denied and rng:uniform() < 0.6 and " ever " or " "
end

local function child(rng)
  local number = rng:integer(1, 2)
  local subject, ever = subject_phrase(number, rng)
  if rng:uniform() < 0.5 then return subject .. ever .. verb(acts, number, rng) .. " ." end
  return subject .. ever .. verb(sights, number, rng) .. " " .. noun_phrase(rng:integer(1, 2), rng) .. " ."
end
-- The subject's number decides verb and reflexive, whatever stands between.
local function prose(rng)
  local number = rng:integer(1, 2)
  local subject, ever = subject_phrase(number, rng)
  subject = subject .. " " .. zipf(prepositions, rng) .. " "
    .. noun_phrase(rng:integer(1, 2), rng, rng:uniform() < 0.5) .. ever
  if rng:uniform() < 0.5 then return subject .. verb(acts, number, rng) .. " " .. zipf(times, rng) .. " ." end
  return subject .. verb(sights, number, rng) .. " " .. selves[number] .. " " .. zipf(times, rng) .. " ."
end

-- The wrong sentence of a pair is made by a change of one word.
local phenomena = { "verb", "determiner", "reflexive", "polarity" }
local function pair(phenomenon, rng)
  local number = rng:integer(1, 2)
  local other = 3 - number
  local between = zipf(prepositions, rng) .. " " .. noun_phrase(other, rng)
  local noun = nouns[rng:integer(1, #nouns)]
  local subject = number == 1 and noun or noun .. "s"
  if phenomenon == "verb" then
    local word = zipf(acts, rng)
    local form = "the " .. subject .. " " .. between .. " %s " .. zipf(times, rng) .. " ."
    return form:format(number == 1 and word .. "s" or word), form:format(number == 1 and word or word .. "s")
  elseif phenomenon == "determiner" then
    local form = "%s " .. subject .. " " .. verb(acts, number, rng) .. " ."
    local place = rng:integer(2, 3)
    return form:format(determiners[number][place]), form:format(determiners[other][place])
  elseif phenomenon == "polarity" then
    local form = "%s " .. subject .. " " .. between .. " ever " .. verb(acts, number, rng) .. " "
      .. zipf(times, rng) .. " ."
    return form:format("no"), form:format(determiners[number][rng:integer(1, 3)])
  end
  local form = "the " .. subject .. " " .. between .. " " .. verb(sights, number, rng)
    .. " %s " .. zipf(times, rng) .. " ."
  return form:format(selves[number]), form:format(selves[other])
end

-- %% [markdown]
-- ## Tokens: by frequency, with their kinds
-- %%
local MASK, UNKNOWN, PAD = 1, 2, 3
local tok, kind_of, KINDS
do
  local texts, rng = {}, lab.rng(1)
  for i = 1, 6000 do texts[i] = i % 2 == 0 and child(rng) or prose(rng) end
  tok = lab.tokenizer.words(texts, { special = { "<mask>", "<unk>", "<pad>" }, unknown = "<unk>" })
  local kinds = {
    list "<mask> <unk> <pad> .", list "the a this some these no ever", nouns, acts, sights, adjectives,
    prepositions, times, selves,
  }
  kind_of, KINDS = {}, #kinds
  for kind, words in ipairs(kinds) do
    for _, word in ipairs(words) do
      for _, form in ipairs{ word, word .. "s" } do
        local id = tok:id(form)
        if id then kind_of[id] = kind end
      end
    end
  end
  kind_of = lab.tensor(kind_of, "int64")
end
local function ids(texts) return (tok:encode(texts, { pad = LENGTH, pad_id = PAD })) end

-- %% [markdown]
-- ## Training
-- A kind's score is the log-sum-exp of its words' scores, so the first objective needs no head of its own.
-- %%
local function kind_scores(scores)
  local columns = {}
  for kind = 1, KINDS do columns[kind] = scores:masked_fill(kind_of:ne(kind), -1e9):logsumexp(2) end
  return lab.stack(columns, 2)
end

local function train(net, set, arm, run)
  local lr = arm == "default" and P.default_lr or P.lr
  local opt = lab.optim.AdamW(net, { lr = lr })
  local rate = lab.schedule.cosine{ lr = lr, steps = P.steps, warmup = P.steps // 20 }
  local order, masks = set:order("shuffle"), run:rng("masks")
  if arm == "data" then
    order = set:order{ by = "source", pace = lab.pace.linear(0.5, 1, math.max(P.steps // 2, 1)), draw = "step" }
  end
  for step, batch in order:batches(P.batch, { steps = P.steps, rng = run:rng("order") }) do
    local text = batch.text
    if arm == "vocabulary" then                                  -- ids are ranks by frequency
      local part = P.vocabulary == "grows" and math.min(1, 0.5 + step / P.steps) or 0.5
      text = text:masked_fill(text:gt(math.ceil(part * tok.vocab)), UNKNOWN)
    end
    local x, y = lab.data.mask_tokens(text,
      { mask = MASK, vocab = tok.vocab, rate = 0.25, special = { PAD, UNKNOWN }, rng = masks })
    local hidden = y:reshape{ -1 }:nonzero():squeeze(2)
    local scores = net:readout(net:hidden(x, { mask = x:ne(PAD) }):reshape{ -1, P.width }:index_select(1, hidden))
    local wanted = y:reshape{ -1 }:index_select(1, hidden)
    opt.lr = rate(step)
    local function of_kinds() return lab.nn.cross_entropy(kind_scores(scores), kind_of:index_select(1, wanted)) end
    local loss
    if arm == "kinds_first" and step <= P.steps // 4 then
      loss = of_kinds()
    else
      loss = lab.nn.cross_entropy(scores, wanted)
      if arm == "objective" and step <= P.steps // 2 then loss = loss + of_kinds() end
    end
    opt:minimize(loss, { clip = 1 })
  end
  return net
end

-- The sum over places of the log-probability of the word there while it is hidden.
local function pseudo_log_likelihood(net, text)
  return lab.no_grad(function()
    local total = 0
    for place = 1, LENGTH do
      local word = text:narrow(2, place, 1)
      local x = text:clone()
      x:narrow(2, place, 1):fill_(MASK)
      local h = net:hidden(x, { mask = text:ne(PAD) }):select(2, place)
      local found = net:readout(h):log_softmax(2):gather(2, word):squeeze(2)
      total = total + found * word:squeeze(2):ne(PAD):to("float32")
    end
    return total
  end)
end

-- %%
local arms = { "shuffle", "vocabulary", "data", "objective", "kinds_first", "default" }

local r = lab.trials(function(run)
  local texts, source, rng = {}, {}, run:rng("text")
  for i = 1, P.sentences do
    texts[i], source[i] = i % 2 == 0 and child(rng) or prose(rng), i % 2 == 0 and 1 or 2
  end
  local set = lab.data.from{ text = ids(texts), source = lab.tensor(source) }
  local right, wrong, judges = {}, {}, run:rng("pairs")
  for i = 1, P.pairs * #phenomena do right[i], wrong[i] = pair(phenomena[(i - 1) // P.pairs + 1], judges) end
  right, wrong = ids(right), ids(wrong)

  local out, start = {}, lab.nn.Transformer{ kind = "encoder", vocab = tok.vocab, width = P.width, depth = P.depth,
    heads = 4, context = LENGTH, masked_lm = true, tied = false, std = P.std }
  for _, arm in ipairs(arms) do
    local net = train(start:clone(), set, arm, run)
    local better = pseudo_log_likelihood(net, right):gt(pseudo_log_likelihood(net, wrong)):to("float32")
    out[arm] = better:mean():item()
    for i, name in ipairs(phenomena) do
      out[name .. "_" .. arm] = better:narrow(1, (i - 1) * P.pairs + 1, P.pairs):mean()
    end
  end
  out.largest = 0                                                -- effect of a curriculum, of either sign
  for _, arm in ipairs{ "vocabulary", "data", "objective" } do
    out.largest = math.max(out.largest, math.abs(out[arm] - out.shuffle))
  end
  return out
end)
-- %%
print(r)
local bars = { names = {}, title = "Minimal pairs judged right, less those of the shuffle" }
for i = 2, #arms do bars[i - 1], bars.names[i - 1] = r[arms[i]] - r.shuffle, arms[i] end
lab.plot.bars(bars)
-- %%
for _, name in ipairs(phenomena) do
  bars = { names = arms, title = "Pairs judged right: " .. name }
  for i, arm in ipairs(arms) do bars[i] = r[name .. "_" .. arm] end
  lab.plot.bars(bars)
end

-- %% [markdown]
-- **Result** (seeds 1 to 8). The differences from the shuffle are 0.010 for the vocabulary, 0.003 for the data and
-- -0.012 [-0.031, 0.007] for the joint objective. Two of the three are within 0.03 of nothing, the third misses it by
-- a thousandth of its interval, so the first claim is undecided, and so is the second: eight seeds do not exclude a
-- gain of 0.03 for vocabulary and data. Nothing here points to a gain. Predicting kinds first costs 0.076 [0.005,
-- 0.148]. That the learning rate matters more than any of the three is supported, by 0.21 [0.12, 0.30]. The control
-- breaks its claim.
