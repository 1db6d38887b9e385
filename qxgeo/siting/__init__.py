"""Siting: may it open here, where may it open, where is the best place, and how sure are we."""
