-- %% [markdown]
-- # Tensors
-- A tensor is a table of numbers with a shape. Everything in Perilune is made of them.
-- %%
local a = lab.tensor{ { 1, 2, 3 }, { 4, 5, 6 } }
print(a, a.shape, a.dtype)

-- Counting starts at 1, as everywhere in Lua; -1 is the last.
print(a[1], a[{ 2, 3 }], a[{ {}, { 2, -1 } }])

-- %% [markdown]
-- Arithmetic works element by element. Where sizes differ, a size of 1 is repeated: that is broadcasting.
-- %%
local column = lab.tensor{ { 10 }, { 20 } }
print(a * 2 + column)

-- Methods chain from left to right. Dimension 1 goes down the rows, 2 along them.
print(a:mean(1), a:sum(2), a:max())
print((a - a:mean()):abs():sqrt())

-- %% [markdown]
-- Comparisons give masks, and masks select.
-- %%
local large = a:gt(2)
print(large, a[large])

-- %% [markdown]
-- Random numbers come from named streams that start from a seed: the same script prints the same numbers on every machine.
-- %%
local rng = lab.rng(7)
print(lab.randn({ 2, 3 }, { rng = rng }))

-- Products of matrices, and a system of equations.
local m = lab.tensor{ { 2, 1 }, { 1, 3 } }
local x = lab.solve(m, lab.tensor{ 3, 5 })
print(x, m:matmul(x))
