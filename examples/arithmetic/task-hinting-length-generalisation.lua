-- %% [markdown]
-- # A hint that teaches sorting longer lists
-- A decoder learns to sort short lists and fails on longer ones. The paper trains it on a second, simpler task at the
-- same time, the hint, with the same weights; only a task token tells the two apart:
--
--     sort       S 7 3 9 5 =  3 5 7 9
--     successor  H 7 3 9 5 =  5 7          of a list and one of its elements, the next larger element
--
-- A sorted list is one successor after the other, and "the next larger than the last" is a rule that does not know how
-- long the list is. Sorting alone may be learnt by other means, which do: how much of the list is left, say. Which hint
-- it is should matter, then. Two others are just as simple and cost as much:
--
--     count      H 7 3 7 5 =  7 2          how often an element occurs
--     copy       H 7 3 9 5 =  7 3 9 5      the list as it is
--
-- A hint is also more training. The arm *more* sorts as many further lists in its place, which asks the rival question:
-- would the same effort on the task itself have done as much?
--
-- The second idea is for attention itself. Over a longer list the softmax spreads over more keys, and a head that
-- picked one element no longer does. A few parameters that depend on the length n repair it: the scores of layer l are
-- multiplied by (n / 5)^p_l, with p_l learnt from the short lists.
-- %%
local P = lab.recipe {
  id = "task-hinting-length-generalisation", paper = "Improving Length-Generalization in Transformers via Task Hinting",
  year = 2023, theme = "arithmetic",
  params = {
    values = lab.int(50, { min = 2, help = "numbers that occur" }),
    longest = lab.int(5, { min = 3, help = "longest list in training" }),
    width = 48, depth = 2, heads = 2, batch = 32, steps = 1500, lr = 3e-3,
    positions = lab.choice("none", { "none", "rope" }),
    std = lab.num(0.15, { min = 0, help = "deviation of the first weights: about 1 / sqrt(width)" }),
    judged = lab.int(200, { min = 1, help = "lists of each length that judge" }),
    hint = lab.choice("right", { "right", "random" }, { help = "random: the successor task with random answers" }),
  },
  seeds = 8, smoke = { steps = 2, judged = 10 },
}
-- %% [markdown]
-- ## What is claimed
-- The first and the third threshold are estimates made before any run, 0.1 at three times the trained length and above
-- 0 at four times. They stand, although the pilots speak against both. With the settings here (seed 1004) the exact
-- lists at three times the length were
--
--     sort 0.75   successor 0.81   tempered 0.68   count 0.37   copy 0.00   more 0.92,
--
-- and the right tokens at four times 0.952 for successor and 0.932 for tempered. On an earlier seed, 1000, sort had 0.56
-- and successor 0.65. Two other designs showed no gain at all (seed 1004): after 600 steps sort had 0.05, successor 0.04
-- and *more* 0.27; with rotary positions and 1000 steps sort had 0.00 and successor 0.01. What shows well is how much
-- hints differ, by 0.63 where 0.05 was the estimate; the threshold is 0.3.
--
-- A likely reason for the small gain: without positions, a decoder that has written 3 and 5 can find the next number in
-- one way only, as the smallest one larger than 5. Sorting *is* the successor task, asked n times for each list, and the
-- hint adds one more such question where *more* adds n. What fails on longer lists is resolution, since fifteen numbers
-- of fifty are closer together than five, and that is a matter of training. Sorting alone in the paper, from 20 numbers
-- to 100, must have found another rule, one that this small net does not find from short lists.
-- %%
lab.claim("the successor hint makes sorting carry on to longer lists", {
  { measure = function(r) return r.successor.exact_3 - r.sort.exact_3 end, above = 0.1 },
  { measure = function(r) return r.successor.exact_1 end, above = 0.98 },
  { measure = function(r) return r.sort.exact_1 end, above = 0.98 },
})
lab.claim("hints are not interchangeable", {
  measure = function(r) return r.successor.exact_3 - (r.count.exact_3 + r.copy.exact_3) / 2 end, above = 0.3,
})
lab.claim("a temperature that depends on the length helps on longer lists", {
  measure = function(r) return r.tempered.token_4 - r.successor.token_4 end, above = 0,
})
lab.control("successors drawn at random are no hint", { set = { hint = "random" }, breaks = 1 })

-- %% Tasks
local V = P.values
local SORT, HINT, EQUALS = V + 1, V + 2, V + 3

-- Lists of different numbers.
local function lists(count, length, rng)
  return lab.rand({ count, V }, { rng = rng }):argsort(2)[{ {}, { 1, length } }]
end

-- A hint for lists x: the list that is shown, what follows it, and how many tokens of that belong to the question.
local hints = {}

function hints.successor(x, rng)
  local sorted, count = x:sort(2), x:size(1)
  local place = lab.randint({ count, 1 }, 1, x:size(2) - 1, { rng = rng })
  local next_larger = sorted:gather(2, place + 1)
  if P.hint == "random" then next_larger = lab.randint({ count, 1 }, 1, V, { rng = rng }) end
  return x, lab.cat({ sorted:gather(2, place), next_larger }, 2), 1
end

function hints.count(x, rng)
  local count, length = x:size(1), x:size(2)
  x = x:gather(2, lab.randint({ count, length }, 1, length, { rng = rng }))      -- now elements repeat
  local element = x:gather(2, lab.randint({ count, 1 }, 1, length, { rng = rng }))
  return x, lab.cat({ element, x:eq(element):to("int64"):sum(2, { keepdim = true }) }, 2), 1
end

function hints.copy(x) return x, x, 0 end

function hints.more(x) return x, (x:sort(2)), 0 end

-- %% The model: a decoder without positions
local function decoder()
  return lab.nn.Transformer{ kind = "decoder", vocab = V + 3, width = P.width, depth = P.depth, heads = P.heads,
    positions = P.positions, std = P.std }
end

-- Scores of the next tokens, with the queries of each layer scaled by (length / 5)^power where there are powers.
local function call(net, text, length, powers)
  if not powers then return net(text, { checked = true }) end
  local scores
  net:with_hook("blocks.*.attn.qkv", function(qkv, path)
    local factor = (powers[tonumber(path:match("%d+"))] * math.log(length / 5)):exp()
    return lab.cat({ qkv:narrow(3, 1, P.width) * factor, qkv:narrow(3, P.width + 1, 2 * P.width) }, 3)
  end, function() scores = net(text, { checked = true }) end)
  return scores
end

-- `task list =` and what follows, as one text.
local function text_of(task, list, answer)
  local function sign(id) return lab.full({ list:size(1), 1 }, id, "int64") end
  return lab.cat({ sign(task), list, sign(EQUALS), answer }, 2)
end

local function train(run, hint, powers)
  local net, rng = decoder(), run:rng("lists")
  local trained = net:parameters()
  trained[#trained + 1] = powers
  local opt = lab.optim.AdamW(trained, { lr = P.lr, betas = { 0.9, 0.99 } })
  local rate = lab.schedule.cosine{ lr = P.lr, steps = P.steps, warmup = P.steps // 15 }
  -- The loss of what follows the list, without the tokens that were asked about.
  local function loss(task, list, answer, asked)
    local text, skipped = text_of(task, list, answer), list:size(2) + 1 + asked
    local scores = call(net, text[{ {}, { 1, -2 } }], list:size(2), powers)
    return lab.nn.cross_entropy(scores[{ {}, { skipped + 1, -1 } }], text[{ {}, { skipped + 2, -1 } }])
  end
  for step = 1, P.steps do
    local length = rng:integer(2, P.longest)
    local list = lists(P.batch, length, rng)
    local total = loss(SORT, list, (list:sort(2)), 0)
    if hints[hint] then
      local other = lists(P.batch, length, rng:split("hint " .. step))
      total = total + loss(hint == "more" and SORT or HINT, hints[hint](other, rng:split("asked " .. step)))
    end
    opt.lr = rate(step)
    opt:minimize(total, { clip = 1 })
  end
  return net
end

-- %% [markdown]
-- All arms get the same sorted lists in the same order, the same initial weights and the same schedule. Arms with a
-- hint see as many texts besides. A list is exact when all its
-- tokens are right given the ones before, which is the case exactly when greedy decoding writes it.
-- %%
local r = lab.trials({ arms = { "sort", "successor", "more", "count", "copy", "tempered" } }, function(run)
  local powers = run.arm == "tempered" and lab.nn.parameter(lab.zeros{ P.depth }) or nil
  local net, found = train(run, powers and "successor" or run.arm, powers), {}
  for times = 1, 4 do
    local length = times * P.longest
    local list = lists(P.judged, length, run:rng("test " .. length))
    local sorted = list:sort(2)
    local right = lab.no_grad(function()
      local scores = call(net, text_of(SORT, list, sorted)[{ {}, { 1, -2 } }], length, powers)
      return scores[{ {}, { length + 2, -1 } }]:argmax(3):eq(sorted):to("float32")
    end)
    found["exact_" .. times], found["token_" .. times] = right:prod(2):mean(), right:mean()
  end
  if powers then found.power_1, found.power_2 = powers[1], powers[-1] end
  return found
end)

-- %%
print(r)
local function curves(title, metric)
  local lines = { title = title, x_label = "length of the list", y_label = metric }
  for i, arm in ipairs{ "sort", "successor", "tempered", "more", "count", "copy" } do
    local x, y = {}, {}
    for times = 1, 4 do x[times], y[times] = times * P.longest, r[arm][metric .. "_" .. times]:mean() end
    lines[i] = { x = x, y = y, name = arm }
  end
  lab.plot.line(lines)
end
curves("Exactly sorted lists; training has up to " .. P.longest, "exact")
curves("Right tokens given the ones before", "token")
