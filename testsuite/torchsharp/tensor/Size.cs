using System.Collections;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A shape.</summary>
    public struct Size : IEnumerable<long>
    {
        private readonly long[] _shape;

        public static Size Empty = new(Array.Empty<long>());

        public Size(long[] shape) => _shape = (long[])shape.Clone();
        public Size(IEnumerable<long> shape) => _shape = shape.ToArray();
        public Size(int[] shape) => _shape = Array.ConvertAll(shape, size => (long)size);
        public Size(long size) => _shape = [size];
        public Size(int size) => _shape = [size];
        public Size((long, long) size) => _shape = [size.Item1, size.Item2];
        public Size((long, long, long) size) => _shape = [size.Item1, size.Item2, size.Item3];
        public Size((long, long, long, long) size) => _shape = [size.Item1, size.Item2, size.Item3, size.Item4];

        public long[] Shape => _shape;
        public int Length => _shape.Length;
        public bool IsEmpty => _shape.Length == 0;
        public bool IsScalar => _shape.Length == 0;
        public long this[int idx] => _shape[idx < 0 ? _shape.Length + idx : idx];
        public long this[long idx] => this[(int)idx];

        public static implicit operator Size(long size) => new(size);
        public static implicit operator Size(long[] size) => new(size);
        public static implicit operator Size((long, long) size) => new(size);
        public static implicit operator Size((long, long, long) size) => new(size);
        public static implicit operator Size((long, long, long, long) size) => new(size);

        public static Size operator +(Size left, Size right) => new(left._shape.Concat(right._shape));
        public static Size operator +(Size left, IEnumerable<long> right) => new(left._shape.Concat(right));
        public static bool operator ==(Size left, Size right) => left._shape.AsSpan().SequenceEqual(right._shape);
        public static bool operator !=(Size left, Size right) => !(left == right);

        public long numel() => _shape.Aggregate(1L, (product, size) => product * size);
        public Size Slice(int first, int next) => new(_shape.AsSpan(first, next).ToArray());
        public IEnumerable<long> Take(int i) => _shape.Take(i);
        public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)_shape).GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => _shape.GetEnumerator();

        public override bool Equals(object? obj) => obj is Size other && this == other;
        public override int GetHashCode() => _shape.Aggregate(17, HashCode.Combine);
    }
}
