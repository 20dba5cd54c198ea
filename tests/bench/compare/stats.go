package compare

import "slices"

// Median is the middle of some numbers; 0 of none.
func Median(numbers []float64) float64 {
	if len(numbers) == 0 {
		return 0
	}
	sorted := slices.Clone(numbers)
	slices.Sort(sorted)
	if middle := len(sorted) / 2; len(sorted)%2 == 1 {
		return sorted[middle]
	} else {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
}

// Ratio is ours divided by a peer's, of pairs that ran in the same round: the median, the least and the greatest.
type Ratio struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

func ratioOf(ours, peer []float64) Ratio {
	var ratios []float64
	for i := range min(len(ours), len(peer)) {
		if ours[i] > 0 && peer[i] > 0 {
			ratios = append(ratios, ours[i]/peer[i])
		}
	}
	if len(ratios) == 0 {
		return Ratio{}
	}
	return Ratio{Median(ratios), slices.Min(ratios), slices.Max(ratios)}
}
