-- %% [markdown]
-- # Instruction tuning of a very small language model
-- Large models gain from being tuned on instructions and conversations. Do small ones, trained on as little text as a
-- child hears? The paper takes models of 100 and 140 million parameters, tunes them on conversation (C) and on
-- questions with answers (Q), merged in one shuffle or one after the other, and asks two things: is the result a better
-- place to fine-tune from, and is it better as it stands, without any tuning?
--
-- **What is smaller here.** A decoder with one layer of width 32 and sentences of six words. After pretraining on 3000
-- pairs of them every arm takes as many further steps on as many tokens:
--
--     plain      the kind baker feeds some dogs . the rude tailors call some cats .
--     C          the kind baker feeds some dogs . - how lovely - yes indeed .
--     Q          the kind baker feeds some dogs . whom ? pet - yes indeed .          or: doing ? food
--
-- in four orders: plain throughout; C and Q merged; C then Q; Q then C. Then copies of each model are fine-tuned on
-- three tasks with 24 labelled sentences each (is the adjective a good one; is the object a pet or cattle; is the verb
-- about food or talk). A sentence is followed by the prompt `- how`, `whom ?` or `doing ?` and a new head reads the
-- last hidden state, so the task is asked in the words of the tuning, but its answers are new. Untouched, each model
-- judges minimal pairs: which is more likely, "the kind glazier feeds" or "the kind glaziers feeds", with subjects that
-- were seldom seen.
--
-- **Built in.** In plain sentences any adjective goes with any noun, so nothing in them tells good from bad: only
-- replies do, as only people's reactions do. That there is something to learn from interaction is thus a property of
-- the generator; the control, replies to other sentences, takes it away, and leaves prompts and formats as they are.
--
-- **Rival explanations.** More training of any kind: plain has the same number of steps and tokens. Having seen the
-- prompts: the arm "format" is merged tuning with the replies of other sentences. And since the second of two stages is
-- fresher than the first, both sequences are run, and their mean is compared with the merged arm.
--
-- **What would refute it.** Fine-tuning that starts from instructions no better than from plain text; a merged shuffle
-- that does better than both sequences; pairs that are judged better, too.
-- %%
local P = lab.recipe {
  id = "class-it-babylm-instruction", title = "Instruction tuning of a very small language model", year = 2025,
  paper = "CLASS-IT: Conversational and Lecture-Aligned Small-Scale Instruction Tuning for BabyLMs",
  theme = "curriculum",
  params = {
    sentences = lab.int(3000, { min = 64, help = "in pretraining" }), pretrain = 300,
    tuning = lab.int(400, { min = 2, help = "steps of each arm after pretraining" }), lr = 3e-3, batch = 32,
    labelled = lab.int(24, { min = 8, help = "labelled sentences of each task" }), finetune = 30, tested = 400,
    replies = lab.choice("own", { "own", "others" }, { help = "others: each reply belongs to another sentence" }),
  },
  seeds = 8, smoke = { pretrain = 2, tuning = 2, finetune = 2, tested = 20 },
}

-- %% [markdown]
-- **Thresholds.** The estimate was any gain at all. First designs, in which the prompts of fine-tuning did not occur in
-- the tuning, or each Q text held two questions, gave between -0.08 and 0.10. The design above gave 0.072 and 0.056 on
-- pilot seeds 1000 and 1001 (0.697 to 0.769, 0.675 to 0.731); the threshold is 0.032, half of the mean. Nearly all of
-- it is the feeling, which C teaches in full (1.00 against 0.81 and 0.75); of the object there is no gain. Of the
-- sequences against the merged arm these pilots said -0.028 and -0.060, so the second claim, as the paper has it, is at
-- risk: what the first stage taught fades in the second. Pairs were at 1.00 in nearly all arms, with strangers in every
-- twenty-fifth sentence; now they are in every hundredth, and the loss on plain sentences was added, which sees a
-- difference where pairs cannot.
--
-- The format explains much of the gain: with replies of other sentences seed 1000 still gained 0.045 over plain. So the
-- claim asks for a gain over that as well, which was 0.06; its threshold is half.
-- %%
lab.claim("instruction tuning helps fine-tuning more than plain text does, and not by its format", {
  { measure = function(r) return r.instructed - r.plain end, above = 0.032 },
  { measure = function(r) return r.instructed - r.format end, above = 0.03 },
})
lab.claim("one after the other at least matches both at once",
  { measure = function(r) return r.sequential - r.merged end, above = 0 })
lab.claim("untouched models are no better for it: neither at pairs nor at predicting sentences", {
  { measure = function(r) return r.pairs_instructed - r.pairs_plain end, below = 0.02 },
  { measure = function(r) return r.loss_instructed - r.loss_plain end, above = 0 },
})
lab.control("replies to other sentences teach nothing", { set = { replies = "others" }, breaks = 1 })

-- %% [markdown]
-- ## Sentences and what is said about them
-- %%
local function list(text)
  local words = {}
  for word in text:gmatch("%S+") do words[#words + 1] = word end
  return words
end
local good = list "kind brave wise gentle merry honest polite calm clever loyal"
local bad = list "rude cruel lazy greedy nasty vain mean sly grim harsh"
local people = list "baker tailor miner sailor farmer painter nurse judge"
local strangers = list "cooper glazier mason potter weaver tanner smith porter joiner fuller dyer turner"
local pets, cattle = list "dog cat parrot hamster rabbit canary", list "cow sheep pig goat hen goose"
local food, talk = list "feed serve nourish fatten", list "call greet scold praise"
local several = { sheep = "sheeps", goose = "gooses" }                  -- regular in this language
local function plural(noun) return several[noun] or noun .. "s" end

local words = list "the every some . - ? how lovely awful yes no indeed never whom doing pet beast food talk"
for _, more in ipairs{ good, bad, people, strangers, pets, cattle, food, talk } do
  for _, word in ipairs(more) do
    words[#words + 1], words[#words + 2] = word, word .. "s"
  end
end
local tok = lab.tokenizer.words(table.concat(words, " "))

local function pick(from, rng) return from[rng:integer(1, #from)] end

-- A sentence, the same with the subject in the other number, and what it means: 1 or 2 for each of the three tasks.
-- Few sentences are about strangers.
local function sentence(rng, strange)
  local is, many = { rng:integer(1, 2), rng:integer(1, 2), rng:integer(1, 2) }, rng:uniform() < 0.5
  local adjective = pick(is[1] == 1 and good or bad, rng)
  local person = pick((strange or rng:uniform() < 0.01) and strangers or people, rng)
  local object, verb = pick(is[2] == 1 and pets or cattle, rng), pick(is[3] == 1 and food or talk, rng)
  if rng:uniform() < 0.5 then object = object .. "s" end
  local form = "the " .. adjective .. " %s " .. (many and verb or verb .. "s") .. " some " .. object .. " ."
  local one, two = form:format(person), form:format(person .. "s")
  if many then return two, one, is end
  return one, two, is
end

-- Texts of fourteen tokens.
local makers = {}
function makers.plain(rng)
  local first, second = sentence(rng), sentence(rng)
  return first .. " " .. second
end
local function replied(rng, others)
  local text, _, is = sentence(rng)
  if others or P.replies == "others" then _, _, is = sentence(rng) end
  return text, is
end
function makers.C(rng, others)
  local text, is = replied(rng, others)
  return text .. (is[1] == 1 and " - how lovely - yes indeed ." or " - how awful - no never .")
end
function makers.Q(rng, others)
  local text, is = replied(rng, others)
  if rng:uniform() < 0.5 then return text .. " whom ? " .. (is[2] == 1 and "pet" or "beast") .. " - yes indeed ." end
  return text .. " doing ? " .. (is[3] == 1 and "food" or "talk") .. " - yes indeed ."
end

makers["C of others"] = function(rng) return makers.C(rng, true) end
makers["Q of others"] = function(rng) return makers.Q(rng, true) end

local function ids(texts) return lab.stack(tok:encode(texts), 1) end
local function texts(kinds, rng)
  local all = {}
  for i = 1, P.sentences do all[i] = makers[kinds[i % #kinds + 1]](rng) end
  return lab.data.from{ text = ids(all) }
end

-- %% [markdown]
-- ## Training, fine-tuning, judging
-- %%
local function learn(net, set, steps, rng)
  local opt = lab.optim.AdamW(net, { lr = P.lr })
  local rate = lab.schedule.linear{ lr = P.lr, steps = steps, final = P.lr / 10 }
  for step, batch in set:batches(P.batch, { steps = steps, rng = rng }) do
    opt.lr = rate(step)
    opt:minimize(net:loss(batch.text), { clip = 1 })
  end
  return net
end

local prompts = { "- how", "whom ?", "doing ?" }

-- A copy of the model learns one task from few sentences; its accuracy on others.
local function finetuned(net, task, train, test, rng)
  net = net:clone()
  local head = lab.nn.Linear(32, 2)
  local prompt = ids{ prompts[task] }
  local function scores(text)
    return head(net:hidden(lab.cat({ text, prompt:expand{ text:size(1), 2 } }, 2)):select(2, -1))
  end
  local parameters = net:parameters()
  for _, p in ipairs(head:parameters()) do parameters[#parameters + 1] = p end
  local opt = lab.optim.AdamW(parameters, { lr = 1e-3 })
  for _, batch in train:batches(P.labelled, { steps = P.finetune, rng = rng }) do
    opt:minimize(lab.nn.cross_entropy(scores(batch.text), batch.is:select(2, task)), { clip = 1 })
  end
  return lab.no_grad(function() return scores(test.text):argmax(2):eq(test.is:select(2, task)):to("float32"):mean() end)
end

local function judged(count, rng, strange)
  local right, wrong, is = {}, {}, {}
  for i = 1, count do right[i], wrong[i], is[i] = sentence(rng, strange) end
  return lab.data.from{ text = ids(right), wrong = ids(wrong), is = lab.tensor(is, "int64") }
end

local tasks = { "feeling", "object", "verb" }
local stages = {
  plain = { { "plain" } }, format = { { "C of others", "Q of others" } }, merged = { { "C", "Q" } },
  C_then_Q = { { "C" }, { "Q" } }, Q_then_C = { { "Q" }, { "C" } },
}

local r = lab.trials(function(run)
  local base = lab.nn.Transformer{ vocab = tok.vocab, width = 32, depth = 1, heads = 4, context = 14 }
  learn(base, texts({ "plain" }, run:rng("pretraining")), P.pretrain, run:rng("pretrain"))
  local test, train = judged(P.tested, run:rng("test")), {}
  for draw = 1, 3 do train[draw] = judged(P.labelled, run:rng("labelled " .. draw)) end
  local out, pairs_of = {}, judged(P.tested, run:rng("pairs"), true)
  local function measure(name, net)
    out[name] = 0
    for i, task in ipairs(tasks) do
      local found = 0
      for draw, set in ipairs(train) do
        found = found + finetuned(net, i, set, test, run:rng("finetune " .. draw)):item() / #train
      end
      out[name], out[task .. "_" .. name] = out[name] + found / #tasks, found
    end
    out["loss_" .. name] = lab.no_grad(function() return net:loss(test.text):item() end)
    out["pairs_" .. name] = lab.no_grad(function()
      return net:log_probs(pairs_of.text):sum(2):gt(net:log_probs(pairs_of.wrong):sum(2)):to("float32"):mean():item()
    end)
  end
  measure("base", base)
  for _, arm in ipairs{ "plain", "format", "merged", "C_then_Q", "Q_then_C" } do
    local net, parts = base:clone(), stages[arm]
    for _, kinds in ipairs(parts) do
      local set = texts(kinds, run:rng(table.concat(kinds, " and ")))
      learn(net, set, P.tuning // #parts, run:rng("tune " .. table.concat(kinds)))
    end
    measure(arm, net)
  end
  out.sequential = (out.C_then_Q + out.Q_then_C) / 2
  out.instructed = (out.merged + out.C_then_Q + out.Q_then_C) / 3
  out.pairs_instructed = (out.pairs_merged + out.pairs_C_then_Q + out.pairs_Q_then_C) / 3
  out.loss_instructed = (out.loss_merged + out.loss_C_then_Q + out.loss_Q_then_C) / 3
  return out
end)
-- %%
print(r)
local arms = { "base", "plain", "format", "merged", "C_then_Q", "Q_then_C" }
local bars = { names = arms, title = "Accuracy after fine-tuning on 24 sentences, mean of three tasks" }
for i, arm in ipairs(arms) do bars[i] = r[arm] end
lab.plot.bars(bars)
-- %%
bars = { names = arms, title = "Zero-shot: minimal pairs judged right" }
for i, arm in ipairs(arms) do bars[i] = r["pairs_" .. arm] end
lab.plot.bars(bars)

-- %% [markdown]
-- **Result** (seeds 1 to 8). Instruction tuning gains 0.076 [0.041, 0.110] over plain text, more than the threshold;
-- over the same format with replies of other sentences it gains 0.038 [-0.004, 0.079], which leaves open whether
-- meaning adds 0.03 to what the format gives. So the first claim is undecided. One set after the other against both at
-- once: -0.029 [-0.091, 0.033], undecided as well; questions first and conversations last has 0.749, both at once
-- 0.757, the reverse order 0.706, as what the first stage taught fades. Untouched models predict sentences worse after
-- it, by 0.007, and their pairs are at the ceiling. The control breaks its claim.
