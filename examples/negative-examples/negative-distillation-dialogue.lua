-- %% [markdown]
-- # Keeping a dialogue model away from a teacher of platitudes
-- "I do not know" fits almost every question, so models trained on dialogues say it all the time. Earlier negative
-- training forbids the replies that are most frequent in the data; it misses platitudes that are rare, and hits good
-- replies that happen to be common. Negative distillation trains a *negative teacher* on the pairs whose reply goes
-- with many different queries, and keeps the student away from what that teacher would say to this very query:
--
-- `loss = NLL + a (- sum_v p_neg(v) log(1 - p(v))) + b exp(-|h - h_neg|^2)`,
--
-- where p and h are the student's predictions and hidden states, p_neg and h_neg the teacher's at the same place, and
-- a and b rise from 0 during training.
-- %%
local P = lab.recipe {
  id = "negative-distillation-dialogue", year = 2022,
  title = "Keeping a dialogue model away from a teacher of platitudes",
  paper = "Diversifying Neural Dialogue Generation via Negative Distillation", theme = "negative-examples",
  params = {
    dialogues = 2000, topics = 24, width = 32, batch = 64, lr = 3e-3,
    teacher_steps = 150, steps = 300,
    away = lab.num(2, { min = 0, help = "a, the weight of the predictions' term" }),
    apart = lab.num(0.1, { min = 0, help = "b, the weight of the hidden states' term" }),
    hard = lab.num(1, { min = 0, help = "weight of unlikelihood on frequent replies, in the baseline" }),
    fan_out = lab.int(4, { min = 1, help = "a reply to so many different queries is for the negative teacher" }),
    teacher = lab.choice("generic", { "generic", "any" }, { help = "any: it learns from as many pairs drawn blindly" }),
  },
  seeds = 8, smoke = { dialogues = 300, teacher_steps = 3, steps = 3 },
}

-- %% [markdown]
-- **What is smaller here.** Made-up dialogues of one query and one reply, a decoder of two layers and width 32, the
-- distance of hidden states after the last block only. What is a platitude is never told to any model: the teacher's
-- pairs are chosen by counting different queries, the baseline's by counting replies, and the generator's own word
-- serves the judges only.
--
-- **The rival.** Negative training adds unlikelihood on the replies that are most frequent, as many replies as the
-- teacher learns from. Of its weights 1 and 3, tried on the pilot seed 1000, 1 left more fitting replies (0.71 against
-- 0.54). The weights of distillation, 2 and 0.1, were not tuned.
--
-- **What would refute it.** A student that goes on with platitudes, one that avoids them by saying nothing that fits,
-- or counting that does as well. Replies are judged greedily: drawn replies alone could be fooled, since a student
-- that is kept away from everything draws noise and seldom a platitude.
--
-- **Thresholds.** Before any run: 0.20 fewer platitudes, 0.03 more fitting replies than the rival. Pilot seeds 1000 to
-- 1002: 0.39 fewer (0.35 to 0.41; MLE 0.43, distillation 0.04), and 0.25 more fitting ones (0.15 to 0.31; distillation
-- 0.84, negative training 0.59, MLE 0.52), so the second threshold became 0.13. With a negative teacher of all kinds
-- of replies (two seeds), platitudes rose by 0.03.
-- %%
lab.claim("negative distillation cuts platitudes", {
  { measure = function(r) return r.mle_generic - r.nd_generic end, above = 0.20 },
  { measure = function(r) return r.nd_distinct - r.mle_distinct end, above = 0, every_seed = true },
})
lab.claim("and leaves replies that fit, more than negative training on frequent replies does", {
  measure = function(r) return r.nd_fitting - r.hard_fitting end, above = 0.13,
})
lab.control("a negative teacher of all kinds of replies does not help", { set = { teacher = "any" }, breaks = 1 })

-- %% [markdown]
-- ## Dialogues
-- A query has a kind (what, why, how, where), a topic, and a closing word; topic t is asked about as often as 1 / t.
-- Its good reply names the topic and the word that belongs to this topic and this kind. With probability 0.6 the reply
-- is a platitude instead: one of four for this kind of query behind one of six openings, and the rarest of these 96
-- stand once or never in the data. So good replies to popular questions are frequent and many platitudes are not. That
-- is the paper's reason against counting, and it is built into these data; what they do not give is who profits how
-- much.
-- %%
local platitudes = {
  { "i do not know .", "i am not sure .", "no idea at all .", "who can say ." },
  { "i do not see why .", "it is like that .", "that is life .", "such things happen ." },
  { "i do not think so .", "it will be fine .", "just go on .", "you will see ." },
  { "i do not remember .", "it is over there .", "not far from here .", "somewhere i guess ." },
}
local openings = { "well", "oh", "hm", "honestly", "sorry", "sure" }
local common, common_openings = { 0.4, 0.3, 0.2, 0.1 }, { 0.3, 0.25, 0.2, 0.1, 0.1, 0.05 }
local kinds, endings = { "what", "why", "how", "where" }, { "please", "now", "then" }

local words = { table.concat(kinds, " "), table.concat(endings, " "), table.concat(openings, " "), "try for needs" }
for topic = 1, P.topics do
  words[#words + 1] = "topic" .. topic
  for kind = 1, 4 do words[#words + 1] = string.format("word%d_%d", topic, kind) end
end
for _, list in ipairs(platitudes) do words[#words + 1] = table.concat(list, " ") end
local tok = lab.tokenizer.words(table.concat(words, " "))

local function draw(weights, rng)
  local u = rng:uniform()
  for i, w in ipairs(weights) do
    u = u - w
    if u < 0 then return i end
  end
  return #weights
end

-- Columns: ids of query and reply, filled up with 0; their texts; and for the judges only, what they are about and
-- whether the reply is a platitude.
local LENGTH = 7
local function dialogues(count, rng)
  local popularity, total = {}, 0
  for t = 1, P.topics do total = total + 1 / t end
  for t = 1, P.topics do popularity[t] = 1 / t / total end
  return lab.data.generate(count, function(_, rng)
    local topic, kind = draw(popularity, rng), rng:integer(1, 4)
    local query = string.format("%s topic%d %s", kinds[kind], topic, endings[rng:integer(1, 3)])
    local form = rng:uniform() < 0.5 and "for topic%d try word%d_%d ." or "topic%d needs word%d_%d ."
    local reply, platitude = string.format(form, topic, topic, kind), rng:uniform() < 0.6
    if platitude then reply = openings[draw(common_openings, rng)] .. " " .. platitudes[kind][draw(common, rng)] end
    local ids = tok:encode(reply):totable()
    for k = #ids + 1, LENGTH do ids[k] = 0 end
    return { query = tok:encode(query), reply = lab.tensor(ids, "int64"), said = reply, asked = query,
      topic = topic, kind = kind, platitude = platitude }
  end, { rng = rng, dtype = { topic = "int64", kind = "int64" } })
end

-- How many different queries each reply goes with, and how often it is said at all.
local function counts(set)
  local fan_out, frequency, seen = {}, {}, {}
  local asked = set.asked
  for i, reply in ipairs(set.said) do
    local pair = asked[i] .. " | " .. reply
    frequency[reply] = (frequency[reply] or 0) + 1
    fan_out[reply] = (fan_out[reply] or 0) + (seen[pair] and 0 or 1)
    seen[pair] = true
  end
  return fan_out, frequency
end

-- %% [markdown]
-- ## Training
-- Student, teacher and baselines have the same shape and start from the same weights.
-- %%
local function states(net, batch)                                      -- at the places that predict the reply
  local before = batch.query:size(2)
  local ids = lab.cat({ batch.query, batch.reply:narrow(2, 1, LENGTH - 1):maximum(1) }, 2)
  local h = net:hidden(ids):narrow(2, before, LENGTH)
  return h, net:readout(h)
end

local function nll(logits, batch) return lab.nn.cross_entropy(logits, batch.reply, { ignore = 0 }) end

local function train(net, set, steps, run, name, extra)
  local opt = lab.optim.AdamW(net, { lr = P.lr })
  local rate = lab.schedule.cosine{ lr = P.lr, steps = steps, warmup = steps // 20 }
  for step, batch in set:batches(P.batch, { steps = steps, rng = run:rng(name) }) do
    opt.lr = rate(step)
    local h, logits = states(net, batch)
    local loss = nll(logits, batch)
    if extra then loss = loss + math.min(1, 2 * step / steps) * extra(h, logits, batch) end
    opt:minimize(loss, { clip = 1 })
  end
  return net
end

local function mean_over(each, mask) return (each * mask):sum() / mask:sum():maximum(1) end

local function distance(teacher)                                       -- the two terms that keep the student away
  return function(h, logits, batch)
    local h_bad, logits_bad = lab.no_grad(function() return states(teacher, batch) end)
    local real = batch.reply:gt(0):to("float32")
    local away = -(logits_bad:softmax(3) * (1 - logits:softmax(3)):maximum(1e-6):log()):sum(3)
    local near = (-(h - h_bad):square():mean(3)):exp()
    return P.away * mean_over(away, real) + P.apart * mean_over(near, real)
  end
end

-- The baseline: replies that are frequent become unlikely.
local function on_frequent(frequent)
  return function(_, logits, batch)
    local chosen = {}
    for i, reply in ipairs(batch.said) do chosen[i] = frequent[reply] and 1 or 0 end
    local real = batch.reply:gt(0):to("float32") * lab.tensor(chosen):unsqueeze(2)
    return P.hard * mean_over(lab.nn.unlikelihood(logits, batch.reply, { ignore = 0, reduce = "none" }), real)
  end
end

-- %%
local r = lab.trials(function(run)
  local set, test = dialogues(P.dialogues, run:rng("train")), dialogues(500, run:rng("test"))
  local fan_out, frequency = counts(set)
  local generic = set:filter(function(row) return fan_out[row.said] >= P.fan_out end)
  if P.teacher == "any" then generic = set:sample(#generic, { rng = run:rng("any") }) end
  -- As many different replies are frequent as have a wide fan-out.
  local replies, wide, frequent = {}, 0, {}
  for reply, fan in pairs(fan_out) do
    replies[#replies + 1] = reply
    wide = wide + (fan >= P.fan_out and 1 or 0)
  end
  table.sort(replies, function(a, b)
    if frequency[a] ~= frequency[b] then return frequency[a] > frequency[b] end
    return a < b
  end)
  for i = 1, wide do frequent[replies[i]] = true end

  local start = lab.nn.Transformer{ vocab = tok.vocab, width = P.width, depth = 2, heads = 2, positions = "rope" }
  start:load(start:weights():map(function(_, w) return w:dim() > 1 and 8 * w or w end))      -- for so narrow a net
  local out = { wide = wide, for_teacher = #generic / #set }
  local known = {}
  for _, list in ipairs(platitudes) do for _, text in ipairs(list) do known[text] = true end end

  -- One reply to each query of the test set, the most likely one (greedy) or one that is drawn (temperature 1).
  local function judge(name, net)
    local informative = test:filter(function(row) return not row.platitude end)
    local _, logits = lab.no_grad(function() return states(net, informative) end)
    out[name .. "_loss"] = nll(logits, informative)
    for suffix, temperature in pairs{ [""] = 0, _drawn = 1 } do
      local written = net:generate(test.query,
        { max = LENGTH, temperature = temperature, stop = tok:id("."), rng = run:rng("replies") })
      local platitude, fitting, pairs_said, different, total = 0, 0, {}, 0, 0
      for i, ids in ipairs(written:totable()) do
        local kept = {}
        for _, id in ipairs(ids) do if id ~= 0 then kept[#kept + 1] = id end end
        local text = tok:decode(kept)
        platitude = platitude + (known[text:match(" (.*)")] and 1 or 0)
        local row = test[i]
        local word = string.format("topic%d needs word%d_%d .", row.topic, row.topic, row.kind)
        local other = string.format("for topic%d try word%d_%d .", row.topic, row.topic, row.kind)
        fitting = fitting + ((text == word or text == other) and 1 or 0)
        for k = 1, #kept - 1 do
          local pair = kept[k] .. " " .. kept[k + 1]
          total = total + 1
          if not pairs_said[pair] then pairs_said[pair], different = true, different + 1 end
        end
      end
      out[name .. "_generic" .. suffix], out[name .. "_fitting" .. suffix] = platitude / #test, fitting / #test
      out[name .. "_distinct" .. suffix] = different / math.max(total, 1)
    end
  end
  judge("mle", train(start:clone(), set, P.steps, run, "student"))
  judge("hard", train(start:clone(), set, P.steps, run, "student", on_frequent(frequent)))
  local teacher = train(start:clone(), generic, P.teacher_steps, run, "teacher")
  judge("teacher", teacher)
  judge("nd", train(start:clone(), set, P.steps, run, "student", distance(teacher)))
  return out
end)

-- %%
print(r)
lab.plot.bars{ r.mle_generic, r.hard_generic, r.nd_generic, r.mle_fitting, r.hard_fitting, r.nd_fitting,
  names = { "platitudes: MLE", "negative training", "negative distillation", "fitting: MLE", "negative training ",
    "negative distillation " },
  title = "Shares of the most likely replies" }
lab.plot.bars{ r.mle_distinct, r.hard_distinct, r.nd_distinct,
  names = { "MLE", "negative training", "negative distillation" },
  title = "Different pairs of words, as a share of all (Dist-2)" }
-- %% [markdown]
-- **Result** (seeds 1 to 8). Both claims are supported. Negative distillation leaves 0.02 platitudes where MLE has
-- 0.35, 0.33 fewer [0.25, 0.41], and the share of different pairs of words rises by 0.035 [0.029, 0.041], in every
-- seed. Replies that fit are 0.85 of all, 0.227 [0.170, 0.283] more than with negative training on frequent replies
-- (0.63, of which MLE alone already has 0.58). Drawn replies say the same: 0.25 fit after distillation, 0.20 after MLE
-- and 0.05 after negative training, which has few platitudes among its drawn replies (0.06) because most of these are
-- neither one nor the other.
