"""What people change about sites. Every change is one function, and leaves an audit row."""
