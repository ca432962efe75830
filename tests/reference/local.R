# Writes the oracle tables local_*.csv of the local statistics from R's spdep and spData.
# Rscript tests/reference/local.R tests/reference
# Written with R 4.2.2, spdep 1.2-7, spData 2.2.1. README.md says what each column is.
suppressMessages({library(spdep); library(spData)})
options(digits = 15)
out <- commandArgs(trailingOnly = TRUE)[1]
cat(R.version.string, "spdep", as.character(packageVersion("spdep")),
    "spData", as.character(packageVersion("spData")), "\n")

joined <- function(parts) sapply(parts, paste, collapse = " ")
empty <- function(nb) card(nb) == 0
links <- function(nb) ifelse(empty(nb), "", joined(nb))
digits <- function(w) joined(lapply(w, function(v) sprintf("%.17g", v)))
save <- function(table, name) {
  shown <- lapply(table, function(column)
    if (is.double(column)) ifelse(is.na(column), NA, sprintf("%.15g", column)) else column)
  write.csv(data.frame(shown, check.names = FALSE), file.path(out, name), row.names = FALSE,
            quote = TRUE, eol = "\n", na = "")
}
lw <- function(nb, style, glist = NULL) nb2listw(nb, glist = glist, style = style, zero.policy = TRUE)

# ---- Moments spdep has no function for: a weighted sum of values drawn without replacement -------

# sum_j w_ij a_j, the a_j drawn from the n - 1 values a_i(j), j != i: with mean m and variance s2
# (divisor n - 1) it has E = W m, Var = s2 ((n - 1) S - W^2) / (n - 2); W = sum_j w, S = sum_j w^2.
drawn <- function(statistic, values_for, listw) {
  n <- length(statistic)
  W <- sapply(listw$weights, sum); S <- sapply(listw$weights, function(w) sum(w^2))
  values <- lapply(seq_len(n), function(i) values_for(i)[-i])
  m <- sapply(values, mean); s2 <- sapply(values, function(a) mean(a^2) - mean(a)^2)
  variance <- s2 * ((n - 1) * S - W^2) / (n - 2)
  data.frame(statistic = statistic, expected = W * m, variance = variance,
             z = (statistic - W * m) / sqrt(variance))
}
named <- function(table, prefix) setNames(table, paste(prefix, names(table), sep = "_"))
geary <- function(x, listw, prefix) {  # x: vector, or list of vectors (mean over variables)
  c_i <- as.numeric(localC(x, listw, zero.policy = TRUE))
  z <- scale(if (is.list(x)) do.call(cbind, x) else x)  # (x - mean) / sd, sd with n - 1
  named(drawn(c_i, function(i) rowMeans((z - rep(z[i, ], each = nrow(z)))^2), listw), prefix)
}
moran_bivariate <- function(x, y, listw, prefix) {  # zx_i sum_j w_ij zy_j
  zx <- as.numeric(scale(x)); zy <- as.numeric(scale(y))
  i_xy <- if (any(empty(listw$neighbours))) zx * lag.listw(listw, zy, zero.policy = TRUE)
          else { set.seed(1); localmoran_bv(x, y, listw, nsim = 9)[, 1] }
  named(drawn(as.numeric(i_xy), function(i) zx[i] * zy, listw), prefix)
}
local_lee <- function(x, y, listw) as.numeric(lee(x, y, listw, n = length(x), zero.policy = TRUE)$localL)

# ---- Join counts: how many of the k neighbours are marked is hypergeometric -----------------------

# statistic, and P(at least), P(at most) that many of k drawn from the n - 1 others are marked
counted <- function(count, marked, nb, prefix) {
  n <- length(marked); k <- card(nb); others <- sum(marked) - marked
  named(data.frame(statistic = count,
                   upper = phyper(count - 1, others, n - 1 - others, k, lower.tail = FALSE),
                   lower = phyper(count, others, n - 1 - others, k)), prefix)
}
near <- function(marked, nb) as.integer(lag.listw(lw(nb, "B"), as.numeric(marked), zero.policy = TRUE))
joins_one <- function(x, nb, prefix) {
  set.seed(1)
  bb <- if (any(empty(nb))) x * near(x, nb)
        else local_joincount_uni(factor(x, levels = 0:1), "1", lw(nb, "B"), nsim = 9)$BB
  stopifnot(bb == x * near(x, nb))
  cbind(setNames(data.frame(bb), paste0(prefix, "_spdep")), counted(near(x, nb), x, nb, prefix))
}
# Anselin & Li 2019: BJC_i = x_i (1 - z_i) sum_j w_ij z_j (1 - x_j), no unit has both;
#                    CLC_i = x_i z_i sum_j w_ij x_j z_j
joins_two <- function(x, z, nb, prefix, case) {
  focal <- if (case == "BJC") x * (1 - z) else x * z
  mark <- if (case == "BJC") z * (1 - x) else x * z
  value <- focal * near(mark, nb)
  if (!any(empty(nb)) && (case == "CLC" || all(x + z == 1))) {
    set.seed(1)
    stopifnot(local_joincount_bv(x, z, lw(nb, "B"), nsim = 9)$join_count == value)
  }
  cbind(setNames(data.frame(value), paste0(prefix, "_spdep")), counted(near(mark, nb), mark, nb, prefix))
}

locals <- function(a, b, c, nb) {  # three variables; the first is the one of interest
  W <- lw(nb, "W"); B <- lw(nb, "B"); self <- lw(include.self(nb), "W")
  cbind(geary(a, W, "geary_w"), geary(a, B, "geary_b"), geary(list(a, b), W, "geary_ab"),
        geary(list(a, b, c), W, "geary_abc"),
        moran_bivariate(a, b, W, "moran_ab"), moran_bivariate(b, a, W, "moran_ba"),
        lee_ab = local_lee(a, b, W), lee_ab_self = local_lee(a, b, self),
        lee_aa_self = local_lee(a, a, self))
}
joins <- function(x, z, nb) cbind(
  x = x, z = z, joins_one(x, nb, "join_x"), joins_two(x, z, nb, "clc", "CLC"),
  joins_two(x, 1L - x, nb, "bjc", "BJC"),            # z is what x is not, the case spdep takes
  joins_two(x * (1L - z), z * (1L - x), nb, "bjc_sparse", "BJC"))  # some units are neither

data(columbus, package = "spData")
save(cbind(id = seq_along(col.gal.nb), neighbours = links(col.gal.nb), columbus[, c("CRIME", "INC", "HOVAL")],
           with(columbus, locals(CRIME, INC, HOVAL, col.gal.nb)),
           with(columbus, joins(as.integer(CRIME > 35), as.integer(HOVAL > 30), col.gal.nb))),
     "local_columbus.csv")

data(nc.sids, package = "spData")
sids <- with(nc.sids, data.frame(rate74 = 1000 * SID74 / BIR74, nonwhite74 = NWBIR74 / BIR74,
                                 rate79 = 1000 * SID79 / BIR79))
save(cbind(id = rownames(nc.sids), neighbours = links(ncCC89.nb), sids,
           with(sids, locals(rate74, nonwhite74, rate79, ncCC89.nb)),
           with(sids, joins(as.integer(rate74 > 2.5), as.integer(nonwhite74 > 0.35), ncCC89.nb))),
     "local_sids.csv")

# Neighbours and values of all tracts, results of one in five: the formulas are the same for all
few <- function(id, nb, values, x, z) {
  found <- cbind(do.call(locals, c(unname(as.list(values)), list(nb))), joins(x, z, nb)[, -(1:2)])
  found[seq_along(nb) %% 5 != 1, ] <- NA
  cbind(id = id, neighbours = links(nb), values, x = x, z = z, found)
}
data(boston, package = "spData")
save(with(boston.c, few(seq_along(boston.soi), boston.soi, data.frame(CMEDV, NOX, LSTAT),
                        as.integer(CMEDV > 22), as.integer(NOX < 0.5))), "local_boston.csv")
data(auckland, package = "spData")
area <- with(auckland, data.frame(rate = 1000 * Deaths.1977.85 / (9 * Under.5.1981),
                                  children = Under.5.1981, north = Northing))
save(with(area, few(seq_along(auckland.nb), auckland.nb, area, as.integer(rate > 3),
                    as.integer(children > 400))), "local_auckland.csv")

# ---- Unequal weights -----------------------------------------------------------------------------

weighted <- function(scheme, nb, glist, value, other) {
  W <- lw(nb, "W", glist); B <- lw(nb, "B", glist)
  i <- localmoran(value, W, zero.policy = TRUE, conditional = TRUE)
  g <- attr(localG(value, B, zero.policy = TRUE, return_internals = TRUE), "internals")
  rest <- sum(value) - value
  star <- function(own, prefix) {  # weights with self: own, at the unit's place in the sorted list
    with_self <- include.self(nb)
    lists <- lapply(seq_along(nb), function(u) {
      w <- c(glist[[u]], own[u]); w[match(with_self[[u]], c(nb[[u]], u))] })
    s <- attr(localG(value, lw(with_self, "B", lists), return_internals = TRUE), "internals")
    setNames(data.frame(s[, 1] * sum(value), s[, 2] * sum(value), s[, 3] * sum(value)^2, s[, 4]),
             paste(prefix, c("statistic", "expected", "variance", "z"), sep = "_"))
  }
  cbind(scheme = scheme, id = seq_along(nb), neighbours = links(nb), weights = digits(glist),
        moran_statistic = i[, 1], moran_expected = i[, 2], moran_variance = i[, 3], moran_z = i[, 4],
        gi_statistic = g[, 1] * rest, gi_expected = g[, 2] * rest, gi_variance = g[, 3] * rest^2,
        gi_z = g[, 4], star(rep(1, length(nb)), "gi_star_one"),
        star(sapply(glist, max), "gi_star_largest"),
        geary(value, W, "geary"), geary(list(value, other), W, "geary_ab"),
        moran_bivariate(value, other, W, "moran_ab"), lee_ab = local_lee(value, other, W))
}
centres <- coords  # of Columbus, from spData; no isolates within 0.8 units of length
band <- dnearneigh(centres, 0, 0.8)
stopifnot(!any(empty(band)))
idw <- function(alpha) nb2listwdist(band, SpatialPointsDataFrame(centres, columbus), type = "idw",
                                    alpha = alpha)$weights
apart <- nbdists(band, centres)
adaptive <- knn2nb(knearneigh(centres, k = 6))
beyond <- sapply(nbdists(knn2nb(knearneigh(centres, k = 7)), centres), max)
save(with(columbus, rbind(
  weighted("inverse distance", band, idw(1), CRIME, INC),
  weighted("inverse distance, power 2", band, idw(2), CRIME, INC),
  weighted("triangular", band, lapply(apart, function(d) 1 - d / 0.8), CRIME, INC),
  weighted("gaussian", band, lapply(apart, function(d) exp(-(d / 0.8)^2 / 2)), CRIME, INC),
  weighted("quartic, 6 nearest", adaptive,
           Map(function(d, h) (1 - (d / h)^2)^2, nbdists(adaptive, centres), beyond), CRIME, INC))),
  "local_weighted.csv")
save(data.frame(id = seq_along(band), x = centres[, 1], y = centres[, 2]), "local_centres.csv")

# ---- p-values by brute force: 16 units with 1 to 5 neighbours ------------------------------------

set.seed(2018)
R <- 1e6
small <- data.frame(
  id = letters[1:16],
  x = c(0, 3, 5, 1, 4, 9, 7, 2, 8, 6, 10, 3, 0, 7, 5, 10), y = c(0, 1, 0, 4, 3, 2, 5, 7, 7, 9, 4, 10, 9, 1, 6, 9),
  a = c(0, 0, 1, 0, 2, 0, 5, 1, 0, 3, 0, 1, 7, 2, 0, 4),
  b = c(1.2, 0.4, 3.1, 2.2, 0.9, 4.8, 2.7, 0.1, 1.9, 3.6, 5.5, 0.7, 6.4, 2.9, 1.4, 3.3))
n <- nrow(small)
xy <- as.matrix(small[, c("x", "y")])
d <- as.matrix(dist(xy))
neighbours <- lapply(seq_len(n), function(i) sort(setdiff(order(d[i, ]), i)[1:(1 + (i - 1) %% 5)]))
weights <- lapply(seq_len(n), function(i) unname(1 / d[i, neighbours[[i]]]))
save(cbind(small, neighbours = joined(neighbours), weights = digits(weights)), "local_small.csv")

sample_rows <- function(population, size) {  # R ordered draws without replacement, one per row
  drawn <- matrix(rep(population, each = R), nrow = R)
  for (j in seq_len(size)) {
    at <- cbind(seq_len(R), j + floor(runif(R) * (length(population) - j + 1)))
    held <- drawn[at]; drawn[at] <- drawn[, j]; drawn[, j] <- held
  }
  drawn[, seq_len(size), drop = FALSE]
}
deviation <- function(v) v - mean(v)
za <- as.numeric(scale(small$a)); zb <- as.numeric(scale(small$b))
da <- deviation(small$a); db <- deviation(small$b)
lag_of <- function(v, ids, w) as.numeric(matrix(v[ids], nrow = nrow(ids)) %*% w)
# each takes the unit, ids of its neighbours (one row per draw), raw and row-standardised weights
statistics <- list(
  local_moran = function(i, ids, w, r) da[i] * lag_of(da, ids, r) / mean(da^2),
  gi = function(i, ids, w, r) lag_of(small$a, ids, w),
  local_geary = function(i, ids, w, r) lag_of((za - za[i])^2, ids, r),
  local_geary_multivariate = function(i, ids, w, r) lag_of(((za - za[i])^2 + (zb - zb[i])^2) / 2, ids, r),
  local_moran_bivariate = function(i, ids, w, r) za[i] * lag_of(zb, ids, r),
  lees_l_local = function(i, ids, w, r)
    n * lag_of(da, ids, r) * lag_of(db, ids, r) / sqrt(sum(da^2) * sum(db^2)),
  lees_l_local_self = function(i, ids, w, r) {  # the unit too, with weight 1 before standardising
    s <- w / (1 + sum(w)); own <- 1 / (1 + sum(w))
    n * (own * da[i] + lag_of(da, ids, s)) * (own * db[i] + lag_of(db, ids, s)) / sqrt(sum(da^2) * sum(db^2))
  })
compare <- function(statistic, null, i, observed, permuted) {
  tie <- 1e-9 * abs(observed) + 1e-12
  data.frame(statistic = statistic, null = null, id = small$id[i], observed = observed,
             at_least = as.integer(sum(permuted >= observed - tie)),
             at_most = as.integer(sum(permuted <= observed + tie)),
             draws = as.integer(R), mean = mean(permuted), variance = var(permuted))
}
rows <- list()
for (i in seq_len(n)) {
  w <- weights[[i]]; now <- t(neighbours[[i]]); ids <- sample_rows(setdiff(seq_len(n), i), length(w))
  for (name in names(statistics)) {
    f <- statistics[[name]]; r <- w / sum(w)
    rows[[length(rows) + 1]] <- compare(name, "conditional", i, f(i, now, w, r), f(i, ids, w, r))
  }
  all_ids <- sample_rows(seq_len(n), length(w) + 1)
  for (name in c("gi_star_one", "gi_star_largest")) {
    own <- if (name == "gi_star_one") 1 else max(w)
    rows[[length(rows) + 1]] <- compare(name, "total", i, lag_of(small$a, cbind(i, now), c(own, w)),
                                        lag_of(small$a, all_ids, c(own, w)))
  }
}
save(do.call(rbind, rows), "local_small_permutations.csv")
